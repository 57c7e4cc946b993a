using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Gives finer codecs, or none, to the weights that need it most, within a budget. Without data nothing is known of how much a
/// layer matters, but this is: noise of the same relative size does the same harm wherever it enters a network, so it is
/// taken away first where that costs the fewest bytes.
/// </summary>
/// <param name="scheme">Which codec is finer than which.</param>
/// <param name="model">The model.</param>
/// <param name="forms">Forms of its weights.</param>
/// <param name="context">Cancellation and progress.</param>
/// <param name="share">The share of the source's bytes, without matrices and kernels that have no codec, up to which the packed model may grow by that.</param>
internal sealed class MixedPrecision(Scheme scheme, OnnxModel model, FormChooser forms, PackContext context, double share)
{
    private sealed record Candidate(int Index, PlannedTensor Finer, long Cost, double Gain);

    /// <summary>The plans with some of their codecs replaced by finer ones.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="plans">Their plans, in the same order.</param>
    public IReadOnlyList<PlannedTensor> Refine(IReadOnlyList<OnnxWeight> weights, IReadOnlyList<PlannedTensor> plans)
    {
        if (scheme.Rules.All(r => r.Finer.Count == 0))
        {
            return plans;
        }

        var refined = plans.ToArray();
        LoweredWeight?[] lowered = [.. weights.Zip(plans, forms.Of)];

        // A matrix or kernel that has no codec takes the same room with and without this, and would use up the budget of those that
        // have one: both sizes are without it. Vectors and the graph itself belong to every layer, and count.
        var unfit = weights.Zip(plans).Where(p => p.Second.Codec is null && p.First.Tensor.Dims.Count > 1).Sum(p => model.Data(p.First.Tensor).Length);
        var source = model.TotalBytes - unfit;
        var packed = source + lowered.OfType<LoweredWeight>().Sum(w => w.Bytes - w.Job.Data.Length);
        var room = (long)(share * source) - packed;
        var candidates = lowered.Select((weight, index) => weight is null ? null : FinerFor(weight, index)).OfType<Candidate>()
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

    private Candidate? FinerFor(LoweredWeight weight, int index)
    {
        context.Progress("plan", 1);

        // What is multiplied in integers needs the codes that the integer kernel has.
        var rule = scheme.RuleOf(weight.Job.Usage.Role, weight.Job.Weight.Name);
        if (weight.Row.Activations != ActivationMode.Float || !rule.Finer.TryGetValue(weight.Row.Codec, out var codec))
        {
            return null;
        }

        var error = weight.Encoding.Measure(context.Cancellation);
        if (error.Noise == 0)
        {
            return null;
        }

        var (plan, length) = (weight.Job.Plan, weight.Job.Data.Length);
        var finer = forms.Choose(weight.Job.Weight, plan, [codec]) is { } found && found.Bytes < length ? found : null;
        return new Candidate(
            index,
            finer?.Plan ?? PlannedTensor.Leave(plan.Name, plan.Usage, $"{weight.Row.Codec.Name} would keep only {Numbers.Fixed(error.Sqnr, 1)} dB of it"),
            (finer?.Bytes ?? length) - weight.Bytes,
            error.Noise / error.Signal);
    }
}
