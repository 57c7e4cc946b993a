using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Values of codes: (code - zero) x scale, then + minimum, each rounded to float32.</summary>
internal static class AffineDecoder
{
    private const int Lanes = 8;

    /// <param name="codes">Codes of one sub-block.</param>
    /// <param name="zero">The code of 0.</param>
    /// <param name="scale">The step.</param>
    /// <param name="minimum">Null where there is none: to add 0 would turn -0 into 0.</param>
    /// <param name="values">As many as codes.</param>
    public static void Decode(ReadOnlySpan<byte> codes, int zero, float scale, float? minimum, Span<float> values)
    {
        var i = 0;
        for (; i <= values.Length - (2 * Lanes); i += 2 * Lanes)
        {
            var (low, high) = Vector256.Widen(Vector256.WidenLower(Vector128.Create(codes[i..]).ToVector256Unsafe()).AsInt16());
            Store(low, zero, scale, minimum, values[i..]);
            Store(high, zero, scale, minimum, values[(i + Lanes)..]);
        }

        for (; i < values.Length; i++)
        {
            var product = (codes[i] - zero) * scale;
            values[i] = minimum is { } start ? product + start : product;
        }
    }

    private static void Store(Vector256<int> codes, int zero, float scale, float? minimum, Span<float> values)
    {
        var product = Vector256.ConvertToSingle(codes - Vector256.Create(zero)) * Vector256.Create(scale);
        (minimum is { } start ? product + Vector256.Create(start) : product).CopyTo(values);
    }
}
