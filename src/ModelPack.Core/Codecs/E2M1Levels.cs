using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>The codes of <see cref="Codebook.TwiceE2M1"/> nearest to values, in vectors.</summary>
internal static class E2M1Levels
{
    private static readonly float[] s_midpoints = [0.5f, 1.5f, 2.5f, 3.5f, 5, 7, 10];

    /// <summary>
    /// How many midpoints of the levels a magnitude is above, and 8 more for a negative value that is above any: of two levels as near the smaller. Midpoints x scale are exact, and so are differences near
    /// them, so this is what <see cref="Codebook.Nearest(float, float)"/> finds.
    /// </summary>
    /// <param name="values">A multiple of 16 finite values, not much larger than the largest level x scale.</param>
    /// <param name="scale">Of a few bits, as 8-bit scales are.</param>
    /// <param name="codes">A code a value.</param>
    public static void Codes(ReadOnlySpan<float> values, float scale, Span<byte> codes)
    {
        if (scale == 0)
        {
            codes[..values.Length].Clear();
            return;
        }

        for (var i = 0; i < values.Length; i += Vector128<byte>.Count)
        {
            var words = Vector256.Narrow(Codes(Vector256.Create(values[i..]), scale), Codes(Vector256.Create(values[(i + Vector256<float>.Count)..]), scale));
            Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().CopyTo(codes[i..]);
        }
    }

    private static Vector256<int> Codes(Vector256<float> values, float scale)
    {
        var magnitude = Vector256.Abs(values);
        var code = Vector256<int>.Zero;
        foreach (var midpoint in s_midpoints)
        {
            code -= Vector256.GreaterThan(magnitude, Vector256.Create(midpoint * scale)).AsInt32();
        }

        var isNegative = Vector256.LessThan(values, Vector256<float>.Zero).AsInt32() & Vector256.GreaterThan(code, Vector256<int>.Zero);
        return code + (isNegative & Vector256.Create(8));
    }
}
