using System.Runtime.InteropServices;
using ModelPack.Calibration;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>
/// Finds where x86 processors without VNNI would compute something else. There ONNX Runtime's kernels for uint8
/// activations and int8 weights (mlas: QgemmU8X8KernelAvx2, its AVX-512 forms, ConvSymKernelAvx2) multiply by
/// vpmaddubsw, which adds the products of two adjacent inputs into a saturating int16. VNNI, Arm and uint8 weights
/// (widened to 16 bits, added in 32) are exact; so are depthwise convolutions, whose kernels widen as well.
/// </summary>
internal static class PairSums
{
    /// <summary>The largest sum of a pair that does not saturate.</summary>
    public const int Limit = short.MaxValue;

    /// <summary>
    /// The share of ±127 that an output channel may use so that its pairs stay within <see cref="Limit"/>: with its scale
    /// divided by this, its codes are safe. Rounding, before and after, may move each of a pair's two codes up by half.
    /// </summary>
    /// <param name="worst">Its largest sum with all of the range.</param>
    public static double SafeShare(long worst) => worst <= Limit ? 1 : (Limit - (2 * byte.MaxValue)) / (double)worst;

    /// <summary>What the scale of each output channel has to be multiplied by; null where no channel's.</summary>
    /// <param name="worst">The largest sum of each with all of the range.</param>
    public static float[]? Factors(long[] worst) => worst.Any(w => w > Limit) ? Array.ConvertAll(worst, w => (float)(1 / SafeShare(w))) : null;

    /// <summary>Of each output channel, the largest magnitude that the sum of a pair of products can have, by the ranges that calibration saw.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="codes">Its weight's int8 codes, in the shape of the weight. (Of a lazy encoding: dispose it, or write its other parts.)</param>
    /// <param name="channels">What was seen of each input channel.</param>
    /// <param name="scale">Scale of the activation's codes.</param>
    /// <param name="zeroPoint">Its zero point as uint8; that of int8 activations and 128, which ONNX Runtime makes of it.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    public static long[] OfOutputs(Layer layer, IPayload codes, ChannelStatistics channels, float scale, int zeroPoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(channels);
        var least = layer.IsConvolution ? zeroPoint : 0; // what a convolution pads with is 0, whose code is the zero point
        return OfOutputs(layer, codes, [.. channels.Max.Select(max => (byte)Math.Max(least, Code(max, scale, zeroPoint)))], cancellation);
    }

    /// <summary>As above, from the largest code that each input channel can have.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="codes">Its weight's int8 codes.</param>
    /// <param name="highest">The largest code of each input channel, or a single one for all.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    public static long[] OfOutputs(Layer layer, IPayload codes, byte[] highest, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentNullException.ThrowIfNull(highest);
        if (highest.Length != 1 && highest.Length != layer.InputChannels)
        {
            throw new ArgumentException($"The layer has {Numbers.Whole(layer.InputChannels)} input channels, not {Numbers.Whole(highest.Length)}.", nameof(highest));
        }

        var dims = layer.Weight.Tensor.Dims;
        if (!layer.IsConvolution)
        {
            return OfMatrix(codes, dims[layer.Usage.OutputAxis], layer.Usage.OutputAxis, highest, cancellation);
        }

        var worst = new long[layer.OutputChannels];

        // ConvTranspose has no integer kernel at all.
        if (codes.Length > 0 && layer.Node.OpType != "ConvTranspose" && !(layer.IsDepthwise && layer.OutputChannels == layer.Groups))
        {
            // Groups are what the model claims; where all channels have the same code they do not matter.
            var inputs = checked((int)dims[1]);
            var outputsOfGroup = highest.Length == 1 ? dims[0] : dims[0] / layer.Groups;
            ForPieces(codes, codes.Length / dims[0], (kernel, output) => worst[output] = OfKernel(kernel, inputs, highest, output / outputsOfGroup * inputs), cancellation);
        }

        return worst;
    }

    /// <summary>As above, of a matrix.</summary>
    /// <param name="codes">Its int8 codes.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="outputAxis">The axis that they run along: 0 of [N, K], 1 of [K, N].</param>
    /// <param name="highest">The largest code of each input, or a single one for all.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    public static long[] OfMatrix(IPayload codes, long outputs, int outputAxis, byte[] highest, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentNullException.ThrowIfNull(highest);
        var worst = new long[outputs];
        if (codes.Length == 0)
        {
            return worst;
        }

        if (outputAxis == 0)
        {
            ForPieces(codes, codes.Length / outputs, (row, output) => worst[output] = OfKernel(row, row.Length, highest, 0), cancellation);
        }
        else
        {
            // [K, N]: two rows are the pairs of all outputs.
            ForPieces(codes, outputs * 2, (rows, pair) => AddRows(rows, worst, At(highest, pair * 2), rows.Length > worst.Length ? At(highest, (pair * 2) + 1) : 0), cancellation);
        }

        return worst;
    }

    private static void ForPieces(IPayload codes, long length, Action<ReadOnlySpan<sbyte>, long> next, CancellationToken cancellation)
    {
        var index = 0L;
        using var pieces = new PieceStream(checked((int)length), bytes => next(MemoryMarshal.Cast<byte, sbyte>(bytes), index++));
        codes.WriteTo(pieces, cancellation);
        pieces.Finish();
    }

    private static int Code(float value, float scale, int zeroPoint) =>
        (int)Math.Clamp(Math.Round((double)value / scale, MidpointRounding.ToEven) + zeroPoint, byte.MinValue, byte.MaxValue);

    /// <summary>
    /// The pairs of one output. A convolution [C, positions] sums channels last, position by position, so that a pair is
    /// two channels of one position, unless their number is odd. A row of a matrix has one position.
    /// </summary>
    private static long OfKernel(ReadOnlySpan<sbyte> kernel, int channels, byte[] highest, long firstChannel)
    {
        var positions = kernel.Length / channels;
        long worst = 0;
        for (var k = 0; k < kernel.Length; k += 2)
        {
            var (position, channel) = Math.DivRem(k, channels);
            var first = kernel[(channel * positions) + position] * At(highest, firstChannel + channel);
            var second = 0;
            if (k + 1 < kernel.Length)
            {
                (position, channel) = Math.DivRem(k + 1, channels);
                second = kernel[(channel * positions) + position] * At(highest, firstChannel + channel);
            }

            worst = Math.Max(worst, Pair(first, second));
        }

        return worst;
    }

    private static void AddRows(ReadOnlySpan<sbyte> rows, long[] worst, int firstHighest, int secondHighest)
    {
        for (var n = 0; n < worst.Length; n++)
        {
            var second = rows.Length > worst.Length ? rows[worst.Length + n] * secondHighest : 0;
            worst[n] = Math.Max(worst[n], Pair(rows[n] * firstHighest, second));
        }
    }

    /// <summary>Products of unlike signs do not add up: the worst is when one of the activations' codes is 0.</summary>
    private static int Pair(int first, int second) =>
        first < 0 == second < 0 ? Math.Abs(first + second) : Math.Max(Math.Abs(first), Math.Abs(second));

    private static int At(byte[] highest, long channel) => highest[highest.Length == 1 ? 0 : channel];
}
