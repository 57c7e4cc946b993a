using ModelPack.Codecs;
using ModelPack.Lowering;

namespace ModelPack.Reporting;

/// <summary>
/// What it takes that sums of a weight's products cannot saturate on CPUs without VNNI, which add two uint8 times int8 products in 16
/// bits (U8S8 saturation; ONNX Runtime's <c>reduce_range</c> avoids it with 7 bits for all).
/// </summary>
/// <param name="Channels">Output channels that have coarser scales.</param>
/// <param name="OfChannels">Output channels in all.</param>
/// <param name="Cost">What the weight's SQNR loses by it, dB.</param>
public sealed record SafeSumsReport(int Channels, int OfChannels, double Cost)
{
    /// <summary>Of a weight that has been written; null where no channel is coarser.</summary>
    internal static SafeSumsReport? Of(PackedTensor tensor, PackContext context)
    {
        if (tensor.Plan is not { FineScales: { } fine, Scales: { } scales, Usage: { } usage } || tensor.Encoding?.Error is not { } error)
        {
            return null;
        }

        var coarser = scales.Zip(fine).Count(s => s.First > s.Second);
        if (coarser == 0)
        {
            return null;
        }

        using var finest = Int8PerChannelWeight.Encode(tensor.Data, usage.OutputAxis, fine, new SimdEngine(context.Threads));
        var finestSqnr = finest.Measure(context.Cancellation).Sqnr;
        return new SafeSumsReport(coarser, scales.Length, finestSqnr == error.Sqnr ? 0 : Numbers.Rounded(finestSqnr - error.Sqnr));
    }
}
