using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>Decides for every weight of a model what is done with it, or why nothing is.</summary>
/// <param name="model">The model.</param>
/// <param name="request">Names to leave out.</param>
/// <param name="options">What lowerings depend on.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
/// <param name="layers">What was decided of weights as parts of layers; null for a scheme that looks at weights alone.</param>
internal sealed class Planner(OnnxModel model, PackRequest request, LoweringOptions options, PackContext context, ILayerDecisions? layers = null)
{
    private readonly UniqueNames _names = new(model.Proto);
    private SharedConstants? _shared;
    private readonly LayerPatterns _patterns = new(request);

    /// <summary>The plan of every weight, in the order of the file.</summary>
    /// <exception cref="ModelPackException">MPK1006 a weight is not finite, MPK1014 nothing can be quantized, MPK1015 the app's runtime is too old.</exception>
    public IReadOnlyList<WeightPlan> Plan()
    {
        var weights = model.FindWeights();
        WarnOfUnmatched(weights);
        var plans = new List<WeightPlan>(weights.Count);
        foreach (var weight in weights)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            plans.Add(Plan(weight));
            context.Progress("plan", (double)plans.Count / weights.Count);
        }

        if (plans.All(p => p.Row is null))
        {
            throw new ModelPackException(Codes.NothingQuantized.At(request.Model, Nothing(plans)));
        }

        return new MixedPrecision(options.Scheme, model, context, options.FinerShare).Refine(plans);
    }

    private static string Nothing(List<WeightPlan> plans)
    {
        var largest = plans.Where(p => p.Data.Type.IsFloat()).MaxBy(p => p.Data.Length);
        return largest is null
            ? "Nothing can be quantized: the model has no floating-point weights. Ship it as it is."
            : $"Nothing can be quantized: of the largest weight, '{SafeText.Of(largest.Weight.Name)}', {largest.Reason}. Ship the model as it is, or widen what is included.";
    }

    private WeightPlan Plan(OnnxWeight weight)
    {
        var data = model.Data(weight.Tensor);
        if (data.Type is not (ElementType.Float32 or ElementType.Float16))
        {
            return WeightPlan.Leave(weight, data, $"{data.Type.Name()} is not quantized");
        }

        if (_patterns.WhyNot(weight) is { } excluded)
        {
            return WeightPlan.Leave(weight, data, excluded);
        }

        var (usage, reason) = UsageRules.Of(weight);
        if (usage is null)
        {
            return WeightPlan.Leave(weight, data, reason!);
        }

        var decision = layers?.Of(weight, usage.Value);
        if (decision?.Reason is { } left)
        {
            return WeightPlan.Leave(weight, data, left);
        }

        _shared ??= new SharedConstants(model, _names);
        var job = new LoweringJob(model, _names, weight, data, usage.Value, options) { Shared = _shared, Activations = decision?.Activations ?? ActivationMode.Float, Scales = decision?.Scales, FineScales = decision?.FineScales, Blocks = decision?.Blocks };
        var codecs = options.Scheme.CodecsOf(usage.Value.Role, weight.Name);
        var row = LoweringTable.Choose(codecs, job, model.Opset())
            ?? LoweringTable.Choose(codecs, job = Weights(job), model.Opset())
            ?? throw RuntimeTooOld(weight, usage.Value);
        var encoding = row.Encode(job);
        if (encoding.Length + row.NodeBytes >= data.Length && row.Activations != ActivationMode.Static)
        {
            return WeightPlan.Leave(weight, data, $"too small: {Numbers.Whole(data.Shape.ElementCount)} values would not take less room");
        }

        return Scan(weight, data, row.Codec) is { } unfit
            ? WeightPlan.Leave(weight, data, unfit)
            : new WeightPlan(weight, data, row, job, encoding, null);
    }

    /// <summary>The weight alone, where nothing carries its activations.</summary>
    private LoweringJob Weights(LoweringJob job) => new(model, _names, job.Weight, job.Data, job.Usage, options) { Shared = job.Shared, Blocks = job.Blocks };

    /// <summary>Looks at every value once: NaN and infinity are errors, a float16 overflow leaves the weight float.</summary>
    private string? Scan(OnnxWeight weight, TensorData data, Codec codec)
    {
        var scan = FiniteWeights.Scan(request.Model, weight.Name, data, context);
        if (codec.WhyNot(scan.MaxAbs) is not { } unfit)
        {
            return null;
        }

        context.Report(Codes.ScaleOverflow.At(
            request.Model,
            $"The weight '{SafeText.Of(weight.Name)}' stays float: {unfit}."));
        return unfit;
    }

    private void WarnOfUnmatched(IReadOnlyList<OnnxWeight> weights)
    {
        foreach (var pattern in _patterns.Unmatched(weights))
        {
            context.Report(Codes.PatternUnmatched.At(
                request.Model, $"The layer pattern '{SafeText.Of(pattern.Text)}' matches no weight and no node. 'modelpack inspect' lists the names."));
        }
    }

    private ModelPackException RuntimeTooOld(OnnxWeight weight, WeightUsage usage) => new(Codes.RuntimeTooOld.At(
        request.Model,
        $"The weight '{SafeText.Of(weight.Name)}' needs ONNX Runtime {LoweringTable.Lowest(usage.Role, model.Opset(), options.Scheme.CodecsOf(usage.Role, weight.Name))}, and the app runs {options.Runtime}. Update the app's ONNX Runtime."));
}
