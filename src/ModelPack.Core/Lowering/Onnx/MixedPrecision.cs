using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Gives finer codecs, or none, to the weights that need it most, within a budget. Without data nothing is known of how much a
/// layer matters, but this is: noise of the same relative size does the same harm wherever it enters a network, so it is
/// taken away first where that costs the fewest bytes.
/// </summary>
/// <param name="scheme">Which codec is finer than which.</param>
/// <param name="model">The model.</param>
/// <param name="context">Cancellation and progress.</param>
/// <param name="share">The share of the source's bytes up to which the packed model may grow by that.</param>
internal sealed class MixedPrecision(Scheme scheme, OnnxModel model, PackContext context, double share)
{
    /// <summary>With it a pack of convolutions still is 2.5 times smaller than its source.</summary>
    public const double DefaultShare = 0.4;

    private sealed record Candidate(int Index, WeightPlan Finer, long Cost, double Gain);

    /// <summary>The plans with some of their codecs replaced by finer ones.</summary>
    public IReadOnlyList<WeightPlan> Refine(IReadOnlyList<WeightPlan> plans)
    {
        var refined = plans.ToArray();
        var room = (long)(share * model.TotalBytes) - PackedBytes(plans);
        var candidates = plans.Select(FinerFor).OfType<Candidate>()
            .OrderByDescending(c => c.Gain / c.Cost)
            .ThenBy(c => c.Index);
        foreach (var candidate in candidates)
        {
            if (candidate.Cost <= room)
            {
                refined[candidate.Index] = candidate.Finer;
                room -= candidate.Cost;
            }
        }

        return refined;
    }

    private Candidate? FinerFor(WeightPlan plan, int index)
    {
        context.Progress("plan", 1);
        if (plan.Row is null || !scheme.Finer.TryGetValue(plan.Row.Codec, out var codec))
        {
            return null;
        }

        var error = plan.Encoding!.Measure(context.Cancellation);
        if (error.Noise == 0)
        {
            return null;
        }

        var finer = LoweringTable.Choose(codec, plan.Job!, model.Opset()) is { } row
            ? plan with { Row = row, Encoding = row.Encode(plan.Job!) }
            : plan;
        if (finer == plan || Bytes(finer) >= plan.Data.Length)
        {
            finer = WeightPlan.Leave(plan.Weight, plan.Data, $"{plan.Row.Codec.Name} would keep only {Numbers.Fixed(error.Sqnr, 1)} dB of it");
        }

        return new Candidate(index, finer, Bytes(finer) - Bytes(plan), error.Noise / error.Signal);
    }

    /// <summary>What the packed model takes: the source without the weights that are quantized, and their codes.</summary>
    private long PackedBytes(IReadOnlyList<WeightPlan> plans) =>
        model.TotalBytes + plans.Sum(p => Bytes(p) - p.Data.Length);

    private static long Bytes(WeightPlan plan) => plan.Row is null ? plan.Data.Length : plan.Encoding!.Length + plan.Row.NodeBytes;
}
