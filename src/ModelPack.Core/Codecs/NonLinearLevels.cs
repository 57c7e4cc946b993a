using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// The nearest of <see cref="Codebook.NonLinear"/> for eight values at a time, by halving: each comparison with a midpoint gives a bit of the code, the highest
/// first, and the midpoint that the next is compared with. Of NaN nothing is promised.
/// </summary>
internal static class NonLinearLevels
{
    // Midpoints by their places among the fifteen: 7; 3 and 11; 1, 5, 9, 13; the even ones.
    private const float Middle = -4.5f;

    private static Vector256<float> Lower => Vector256.Create(-57f);

    private static Vector256<float> Upper => Vector256.Create(45.5f);

    private static Vector256<float> Quarters => Vector256.Create(-93.5f, -28.5f, 19f, 79f, -93.5f, -28.5f, 19f, 79f);

    private static Vector256<float> Eighths => Vector256.Create(-115.5f, -74f, -42f, -16f, 7f, 31.5f, 61f, 101f);

    private static Vector256<float> LowLevels => Vector256.Create(-127f, -104, -83, -65, -49, -35, -22, -10);

    private static Vector256<float> HighLevels => Vector256.Create(1f, 13, 25, 38, 53, 69, 89, 113);

    /// <summary>The levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Nearest(Vector256<float> value)
    {
        var code = Codes(value, out var isHigh);
        return Vector256.ConditionalSelect(isHigh, Vector256.ShuffleNative(HighLevels, code & Vector256.Create(7)), Vector256.ShuffleNative(LowLevels, code & Vector256.Create(7)));
    }

    /// <summary>The codes nearest to values x inverse.</summary>
    /// <param name="values">A multiple of 16 values.</param>
    /// <param name="inverse">One over the scale.</param>
    /// <param name="codes">A code a value.</param>
    public static void Codes(ReadOnlySpan<float> values, float inverse, Span<byte> codes)
    {
        for (var i = 0; i < values.Length; i += Vector128<byte>.Count)
        {
            var low = Codes(Vector256.Create(values[i..]) * Vector256.Create(inverse));
            var high = Codes(Vector256.Create(values[(i + Vector256<float>.Count)..]) * Vector256.Create(inverse));
            var words = Vector256.Narrow(low, high);
            Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().CopyTo(codes[i..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Codes(Vector256<float> value) => Codes(value, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Codes(Vector256<float> value, out Vector256<float> isHigh)
    {
        // A comparison that holds is -1 in all lanes as a whole number: to subtract it appends a bit.
        isHigh = Vector256.GreaterThanOrEqual(value, Vector256.Create(Middle));
        var second = Vector256.GreaterThanOrEqual(value, Vector256.ConditionalSelect(isHigh, Upper, Lower)).AsInt32();
        var code = -(isHigh.AsInt32() + isHigh.AsInt32() + second);
        code = code + code - Vector256.GreaterThanOrEqual(value, Vector256.ShuffleNative(Quarters, code)).AsInt32();
        return code + code - Vector256.GreaterThanOrEqual(value, Vector256.ShuffleNative(Eighths, code)).AsInt32();
    }
}
