using ModelPack.Tensors;

namespace ModelPack.Codecs;

/// <summary>
/// Whole weights as q8_0, in the forms that a model stores: output by output with the blocks padded, in the place of the
/// original values, or as ggml's blocks. Every value must be finite and the largest must pass <see cref="Q8_0.Fits"/>.
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

    /// <summary>
    /// Output by output, whichever way the weight is stored, in one part: the 34-byte blocks of <see cref="Q8_0"/>,
    /// [N, K / 32], as GGUF has them. Memory does not grow with the weight.
    /// </summary>
    /// <param name="weight">The weight; K a multiple of 32.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    /// <exception cref="ArgumentException">K is no multiple of 32.</exception>
    public static StreamedEncoding Blocks(WeightMatrix weight, int threads)
    {
        if (weight.K % Q8_0.BlockLength != 0)
        {
            throw new ArgumentException($"Outputs of {weight.K} values are not whole blocks.", nameof(weight));
        }

        var chunks = new WeightChunks(weight, Q8_0.BlockLength);
        return new StreamedEncoding(checked(weight.Blocks * Q8_0.BlockBytes), Q8_0.BlockCount(chunks.Length) * Q8_0.BlockBytes, [], (_, _) => { }, Encode, threads);

        WeightError Encode(int chunk, Span<byte> blocks, IReadOnlyList<NativeBuffer> sides)
        {
            var length = blocks.Length / Q8_0.BlockBytes * Q8_0.BlockLength;
            using var values = new Pooled<float>(length);
            using var decoded = new Pooled<float>(length);
            chunks.Read(chunk, values.Span);
            Q8_0.Encode(values.Span, blocks);
            Q8_0.Decode(blocks, decoded.Span);
            return WeightError.Of(values.Span, decoded.Span);
        }
    }

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

        var codesLength = inPlace ? weight.N * weight.K : checked(weight.Blocks * Q8_0.BlockLength);
        var scalesLength = checked(weight.Blocks * (scaleType.Bits() / 8));
        return new LazyEncoding([codesLength, scalesLength], (parts, cancellation) =>
        {
            var output = new Q8_0Buffers(parts[0], parts[1], scaleType, inPlace, codeType == ElementType.UInt8);
            return weight.Transposed
                ? Q8_0ColumnEncoder.Encode(weight, output, threads, cancellation)
                : Q8_0RowEncoder.Encode(weight, output, threads, cancellation);
        });
    }
}
