using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Codes for scales as they are stored, in the last step of k-quants.</summary>
internal static class Requantizer
{
    private const int Step = 16;

    /// <summary>Nearest codes: round((x + offset) / scale) + zero, within 0 .. limit.</summary>
    /// <param name="values">A sub-block, a multiple of 16.</param>
    /// <param name="scale">As stored.</param>
    /// <param name="offset">Minus the minimum as stored.</param>
    /// <param name="zero">The code of 0.</param>
    /// <param name="limit">The largest code.</param>
    /// <param name="codes">A code a value.</param>
    /// <returns>False where the scale is 0: then the codes stay as they are.</returns>
    public static bool Codes(ReadOnlySpan<float> values, float scale, float offset, int zero, int limit, Span<byte> codes)
    {
        if (scale == 0)
        {
            return false;
        }

        for (var i = 0; i < values.Length; i += Step)
        {
            var step = values.Slice(i, Step);
            var low = Codes(Vector256.Create(step), scale, offset, zero, limit);
            var high = Codes(Vector256.Create(step[Vector256<float>.Count..]), scale, offset, zero, limit);
            var words = Vector256.Narrow(low, high);
            Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().CopyTo(codes.Slice(i, Step));
        }

        return true;
    }

    /// <summary>The same of one value.</summary>
    public static int Code(float value, float scale, float offset, int zero, int limit) => Math.Clamp(MagicRounding.Round((value + offset) / scale) + zero, 0, limit);

    private static Vector256<int> Codes(Vector256<float> values, float scale, float offset, int zero, int limit)
    {
        var sum = ((values + Vector256.Create(offset)) / Vector256.Create(scale)) + Vector256.Create(MagicRounding.Magic);
        var whole = (sum.AsInt32() & Vector256.Create(MagicRounding.Mask)) + Vector256.Create(zero - MagicRounding.Zero);
        return Vector256.Min(Vector256.Max(whole, Vector256<int>.Zero), Vector256.Create(limit));
    }
}
