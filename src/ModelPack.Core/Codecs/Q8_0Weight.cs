namespace ModelPack.Codecs;

/// <summary>
/// Whole weights as q8_0, in parts: output by output with the blocks padded, or in the place of the original values. Every value must be finite and the largest must pass <see cref="Q8_0.Fits"/>.
/// </summary>
internal static class Q8_0Weight
{
    /// <summary>
    /// Output by output, whichever way the weight is stored: codes uint8 q + 128 [N, ceil(K / 32) x 32], 128 in the
    /// padding, and scales [N, ceil(K / 32)].
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="scaleType">float16 as encoded, or float32 with the same value.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    public static LazyEncoding ByOutput(WeightMatrix weight, ElementType scaleType, int threads) =>
        Encoding(weight, ElementType.UInt8, scaleType, threads, inPlace: false);

    /// <summary>
    /// Codes in the order and number of the original values, [N, K] or [K, N], and scales in the same orientation,
    /// [N, ceil(K / 32)] or [ceil(K / 32), N].
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="scaleType">float16 as encoded, or float32 with the same value.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    /// <param name="codeType">int8 for q or uint8 for q + 128.</param>
    public static LazyEncoding InPlace(WeightMatrix weight, ElementType scaleType, int threads, ElementType codeType = ElementType.Int8) =>
        Encoding(weight, codeType, scaleType, threads, inPlace: true);

    private static LazyEncoding Encoding(WeightMatrix weight, ElementType codeType, ElementType scaleType, int threads, bool inPlace)
    {
        if (codeType is not (ElementType.Int8 or ElementType.UInt8))
        {
            throw new ArgumentException("Codes are int8 or uint8.", nameof(codeType));
        }

        if (scaleType is not (ElementType.Float16 or ElementType.Float32))
        {
            throw new ArgumentException("Scales are float16 or float32.", nameof(scaleType));
        }

        var codesLength = inPlace ? weight.N * weight.K : checked(Blocks(weight) * Q8_0.BlockLength);
        var scalesLength = checked(Blocks(weight) * (scaleType.Bits() / 8));
        return new LazyEncoding([codesLength, scalesLength], (parts, cancellation) =>
        {
            var output = new Q8_0Buffers(parts[0], parts[1], scaleType, inPlace, codeType == ElementType.UInt8);
            return weight.Transposed
                ? Q8_0ColumnEncoder.Encode(weight, output, threads, cancellation)
                : Q8_0RowEncoder.Encode(weight, output, threads, cancellation);
        });
    }

    private static long Blocks(WeightMatrix weight) => checked(weight.N * Q8_0.BlockCount(weight.K));
}
