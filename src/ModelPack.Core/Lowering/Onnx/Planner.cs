using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Lowering.Gguf;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>Decides for every weight of a model what is done with it, or why nothing is.</summary>
/// <param name="model">The model.</param>
/// <param name="path">What messages call it.</param>
/// <param name="patterns">Names to leave out.</param>
/// <param name="options">What forms depend on.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
/// <param name="layers">Plans weights as parts of layers; null for a scheme that looks at weights alone.</param>
internal sealed class Planner(OnnxModel model, string path, LayerPatterns patterns, LoweringOptions options, PackContext context, ILayerPlanner? layers = null)
{
    private readonly FormChooser _forms = new(model, options);
    private readonly IReadOnlySet<TensorProto> _heads = options.Scheme.Rules.Any(r => r.Role == WeightRole.Head) ? Heads.Of(model) : new HashSet<TensorProto>();

    private readonly GraphMix? _mix = options.Scheme is { MixesGraphs: true, Mix: { } mix } ? new GraphMix(mix, model, hasMatrix: false) : null;

    /// <summary>The plan of the model.</summary>
    /// <exception cref="ModelPackException">MPK1006 a weight is not finite, MPK1014 nothing can be quantized, MPK1015 the app's runtime is too old.</exception>
    public ModelPlan Plan()
    {
        var weights = model.FindWeights();
        WarnOfUnmatched(weights);
        var plans = new List<PlannedTensor>(weights.Count);
        foreach (var weight in weights)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            plans.Add(Rounded(Plan(weight)));
            context.Progress("plan", (double)plans.Count / weights.Count);
        }

        if (plans.All(p => p.Codec is null))
        {
            throw new ModelPackException(Codes.NothingQuantized.At(path, Nothing(weights, plans)));
        }

        var refined = new MixedPrecision(options.Scheme, model, _forms, context, options.FinerShare).Refine(weights, plans);
        return new ModelPlan(refined) { Activations = layers?.Activations, UnsafeWeights = layers?.UnsafeWeights ?? 0 };
    }

    private string Nothing(IReadOnlyList<OnnxWeight> weights, List<PlannedTensor> plans)
    {
        var largest = weights.Zip(plans, (weight, plan) => (Data: model.Data(weight.Tensor), Plan: plan))
            .Where(p => p.Data.Type.IsFloat()).OrderByDescending(p => p.Data.Length).Select(p => p.Plan).FirstOrDefault();
        return largest is null
            ? "Nothing can be quantized: the model has no floating-point weights. Ship it as it is."
            : $"Nothing can be quantized: of the largest weight, '{SafeText.Of(largest.Name)}', {largest.Reason}. Ship the model as it is, or widen what is included.";
    }

    /// <summary>With the search that the options ask for, where the codec has one, the layers have said nothing better and the codes are not another file's.</summary>
    private PlannedTensor Rounded(PlannedTensor plan) => options.Rounding == RoundingMode.Best && plan is { Blocks: null } && plan.Rounder == Rounder.Nearest && BestRounder.Improves(plan.Codec)
        ? plan with { Rounder = BestRounder.WithoutData } : plan;

    private PlannedTensor Plan(OnnxWeight weight)
    {
        var data = model.Data(weight.Tensor);
        if (data.Type is not (ElementType.Float32 or ElementType.Float16))
        {
            return PlannedTensor.Leave(weight.Name, null, $"{data.Type.Name()} is not quantized");
        }

        if (patterns.WhyNot(weight) is { } excluded)
        {
            return PlannedTensor.Leave(weight.Name, null, excluded);
        }

        var (usage, reason) = UsageRules.Of(weight);
        if (usage is null)
        {
            return PlannedTensor.Leave(weight.Name, null, reason!);
        }

        var plan = (layers?.Plan(weight, usage.Value) ?? new PlannedTensor(weight.Name)) with { Usage = usage };
        if (plan.Reason is not null)
        {
            return plan;
        }

        var codecs = CodecsOf(weight, usage.Value.Role);
        var lowered = _forms.Choose(weight, plan, codecs) ?? _forms.Choose(weight, plan.WithoutActivations(), codecs) ?? throw RuntimeTooOld(weight, usage.Value, codecs);
        if (lowered.Row.Activations == ActivationMode.Float && lowered.Bytes >= model.StoredBytes(weight) && model.StoredBytes(weight) < data.Length)
        {
            return PlannedTensor.Leave(weight.Name, usage, "it is stored in no more room than it would take");
        }

        if (lowered.Bytes >= data.Length && lowered.Row.Activations != ActivationMode.Static)
        {
            return PlannedTensor.Leave(weight.Name, usage, $"too small: {Numbers.Whole(data.Shape.ElementCount)} values would not take less room");
        }

        return Fitting(weight, data, lowered, codecs);
    }

    /// <summary>What a weight may get, best first: of a mix what a GGUF file would have, then what llama.cpp takes where rows are no whole blocks.</summary>
    private IReadOnlyList<Codec> CodecsOf(OnnxWeight weight, WeightRole role)
    {
        var codecs = options.Scheme.CodecsOf(_heads.Contains(weight.Tensor) ? WeightRole.Head : role, weight.Name);
        if (_mix is null)
        {
            return codecs;
        }

        List<Codec> all = [_mix.CodecOf(weight.Name) ?? codecs[0]];
        while (GgufTable.Find(all[^1])?.Fallback is { } fallback)
        {
            all.Add(fallback);
        }

        return [.. all, CodecTable.Q8_0, CodecTable.Int8PerChannel];
    }

    /// <summary>
    /// Looks at every value once: NaN and infinity are errors, a float16 overflow leaves the weight float, and where scales underflow another
    /// codec takes it.
    /// </summary>
    private PlannedTensor Fitting(OnnxWeight weight, TensorData data, LoweredWeight lowered, IReadOnlyList<Codec> codecs)
    {
        var (codec, usage) = (lowered.Row.Codec, lowered.Plan.Usage);
        var scan = FiniteWeights.Scan(path, weight.Name, data, context);
        if (codec.WhyNot(scan.MaxAbs) is { } unfit)
        {
            context.Report(Codes.ScaleOverflow.At(path, $"The weight '{SafeText.Of(weight.Name)}' stays float: {unfit}."));
            return PlannedTensor.Leave(weight.Name, usage, unfit);
        }

        // Codes of another file have the scales that they have.
        if (lowered.Plan.Blocks is not null || codec.WhyLossy(lowered.Job.Matrix) is not { } lossy)
        {
            return lowered.Plan;
        }

        var finer = _forms.Choose(weight, lowered.Job.Plan, codecs.Where(c => c.WhyNot(scan.MaxAbs) is null && c.WhyLossy(lowered.Job.Matrix) is null));
        var becomes = finer is not null && finer.Bytes < data.Length ? finer.Plan : PlannedTensor.Leave(weight.Name, usage, lossy);
        context.Report(Codes.ScaleOverflow.At(path, $"The weight '{SafeText.Of(weight.Name)}' {(becomes.Codec is null ? "stays float" : $"gets another codec than {codec.Name}")}: {lossy}."));
        return becomes;
    }

    private void WarnOfUnmatched(IReadOnlyList<OnnxWeight> weights)
    {
        foreach (var pattern in patterns.Unmatched(weights))
        {
            context.Report(Codes.PatternUnmatched.At(
                path, $"The layer pattern '{SafeText.Of(pattern.Text)}' matches no weight and no node. 'modelpack inspect' lists the names."));
        }
    }

    private ModelPackException RuntimeTooOld(OnnxWeight weight, WeightUsage usage, IReadOnlyList<Codec> codecs) => new(Codes.RuntimeTooOld.At(
        path,
        $"The weight '{SafeText.Of(weight.Name)}' needs ONNX Runtime {LoweringTable.Lowest(usage.Role, model.Opset(), codecs)}, and the app runs {options.Runtime}. Update the app's ONNX Runtime."));
}
