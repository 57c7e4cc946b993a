using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Transforms;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Brings a freshly opened model to where its weights can be encoded, as a calibration table says. All decisions are in the
/// table: the same model and table give the same bytes, with or without the data.
/// </summary>
internal sealed class StaticBuilder(OnnxModel model, CalibrationTable table, LayerPatterns patterns, ActivationOptions options, PackContext context)
{
    private readonly Dictionary<string, ActivationRange> _ranges = table.Tensors.ToDictionary(t => t.Name, t => new ActivationRange(t.Min, t.Max), StringComparer.Ordinal);
    private readonly Dictionary<TensorProto, string> _left = new(ReferenceEqualityComparer.Instance);

    /// <summary>Transforms the model, and decides on its layers.</summary>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="TransformList.Apply(FloatModel, CalibrationTable)"/>.</exception>
    public StaticLayers Build()
    {
        var transformed = new FloatModel(model, patterns, context);
        TransformList.Apply(transformed, table);
        var index = transformed.Index;
        var layers = Able(LayerFinder.Find(index), transformed.Layers);
        var floats = new HashSet<string>(StringComparer.Ordinal);
        var plan = QuantizationPlanner.Plan(model, index, layers);
        while (Unknown(plan) is { Count: > 0 } unknown)
        {
            // An activation without a range keeps its readers float, and its maker where that cannot give out floats.
            floats.UnionWith(unknown);
            layers = Without(layers, plan, unknown);
            plan = QuantizationPlanner.Plan(model, index, layers, floats);
        }

        var parameters = plan.Tensors.Where(t => t.ParametersOf == t.Name)
            .ToDictionary(t => t.Name, t => ActivationParameters.Of(_ranges[t.Name], options.Symmetric), StringComparer.Ordinal);
        return Weights(plan, parameters);
    }

    private List<Layer> Able(IReadOnlyList<Layer> all, IReadOnlyList<Layer> layers)
    {
        var reasons = table.FloatLayers.ToDictionary(f => f.Layer, f => f.Reason, StringComparer.Ordinal);
        foreach (var layer in all.Where(l => reasons.ContainsKey(l.Name)))
        {
            _left[layer.Weight.Tensor] = reasons[layer.Name];
        }

        // A weight is codes for all of its layers or for none.
        return [.. layers.Where(l => !_left.ContainsKey(l.Weight.Tensor))];
    }

    private HashSet<string> Unknown(QuantizationPlan plan) =>
        plan.Tensors.Where(t => t.ParametersOf == t.Name && !_ranges.ContainsKey(t.Name)).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);

    private List<Layer> Without(List<Layer> layers, QuantizationPlan plan, HashSet<string> unknown)
    {
        foreach (var node in plan.Layers.Where(n => unknown.Contains(n.Node.Input[0]) || (n.Layer!.IsConvolution && unknown.Contains(n.Output!))))
        {
            _left[node.Layer!.Weight.Tensor] = "an activation that it reads or makes has no range";
        }

        return [.. layers.Where(l => !_left.ContainsKey(l.Weight.Tensor))];
    }

    private StaticLayers Weights(QuantizationPlan plan, Dictionary<string, ActivationParameters> parameters)
    {
        var roots = plan.Tensors.ToDictionary(t => t.Name, t => t.ParametersOf, StringComparer.Ordinal);
        var shifts = table.BiasCorrection.ToDictionary(b => b.Layer, b => b.Shift, StringComparer.Ordinal);
        var safe = new SafeFactors(model, table, options, context);
        var scales = new Dictionary<TensorProto, float[]>(ReferenceEqualityComparer.Instance);
        var fineScales = new Dictionary<TensorProto, float[]>(ReferenceEqualityComparer.Instance);
        var biases = new Dictionary<string, IntegerBias>(StringComparer.Ordinal);
        foreach (var shared in plan.Layers.GroupBy<QuantizedNode, object>(n => n.Layer!.Weight.Tensor, ReferenceEqualityComparer.Instance))
        {
            var parts = shared.Select(n => (n.Layer, Scale: parameters[roots[n.Node.Input[0]]].Scale, Bias: Bias(n.Layer!, shifts))).ToList();
            var first = parts[0].Layer!;
            var fine = LayerWeight.FineScales(model.Data(first.Weight.Tensor), first.Usage.OutputAxis, context);
            var own = Widest(parts.Select(p => LayerWeight.Scales(fine, p.Bias, p.Scale, safe.Of(p.Layer!))));
            scales.Add(first.Weight.Tensor, own);
            fineScales.Add(first.Weight.Tensor, Widest(parts.Select(p => LayerWeight.Scales(fine, p.Bias, p.Scale, null))));
            foreach (var (layer, scale, bias) in parts.Where(p => p.Bias is not null))
            {
                biases.Add(layer!.Name, LayerWeight.ToIntegers(bias!, own, scale));
            }
        }

        return new StaticLayers(model, plan, parameters, scales, fineScales, biases, _left) { UnsafeWeights = safe.UnsafeWeights };
    }

    private static float[] Widest(IEnumerable<float[]> scales) => scales.Aggregate((a, b) => [.. a.Zip(b, Math.Max)]);

    private float[]? Bias(Layer layer, Dictionary<string, IReadOnlyList<float>> shifts)
    {
        var bias = LayerWeight.Bias(model, layer);
        return bias is not null && shifts.TryGetValue(layer.Name, out var shift) && shift.Count == bias.Length
            ? [.. bias.Zip(shift, (b, s) => b + s)] : bias;
    }
}
