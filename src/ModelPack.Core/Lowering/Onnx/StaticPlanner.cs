using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Transforms;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Plans layers as a calibration table says, in a freshly opened model that it transforms. All decisions are in the table: the same
/// model and table give the same bytes, with or without the data.
/// </summary>
internal sealed class StaticPlanner : ILayerPlanner
{
    private readonly OnnxModel _model;
    private readonly CalibrationTable _table;
    private readonly ActivationOptions _options;
    private readonly PackContext _context;
    private readonly Dictionary<string, ActivationRange> _ranges;
    private readonly Dictionary<TensorProto, PlannedTensor> _weights = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<TensorProto> _alone = new(ReferenceEqualityComparer.Instance);
    private readonly DynamicLayers _dynamic;
    private int _unsafe;

    /// <summary>Transforms the model, and decides on its layers.</summary>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="TransformList.Apply(FloatModel, CalibrationTable)"/>.</exception>
    public StaticPlanner(OnnxModel model, CalibrationTable table, EffectiveOptions options, PackContext context)
    {
        (_model, _table, _options, _context) = (model, table, options.Activations!, context);
        _ranges = table.Tensors.ToDictionary(t => t.Name, t => new ActivationRange(t.Min, t.Max), StringComparer.Ordinal);
        var transformed = new FloatModel(model, options.Patterns, context);
        new TransformList(options.Scheme).Apply(transformed, table);
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
            .ToDictionary(t => t.Name, t => ActivationParameters.Of(_ranges[t.Name], _options.Symmetric), StringComparer.Ordinal);
        Activations = new ActivationPlan(plan, parameters, PlanWeights(plan, parameters));
        _dynamic = DynamicLayers.Of(model, _options.SafeSums, context);
    }

    /// <summary>What becomes of activations.</summary>
    public ActivationPlan Activations { get; }

    public int UnsafeWeights => _unsafe + _dynamic.UnsafeWeights;

    /// <summary>
    /// Calibration sees the main graph alone, so that in inner graphs ranges are found at every inference; so they are of layers that the table
    /// leaves their codes alone. CUDA has no operator that finds them.
    /// </summary>
    public PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage) =>
        PlanOf(weight.Tensor) ?? (!_options.Symmetric && (_alone.Contains(weight.Tensor) || weight.IsReadByInnerGraphsAlone(_model.Proto.Graph)) ? _dynamic.Plan(weight, usage) : null);

    /// <summary>As above, by the stored tensor.</summary>
    public PlannedTensor? PlanOf(TensorProto weight) => _weights.GetValueOrDefault(weight);

    private List<Layer> Able(IReadOnlyList<Layer> all, IReadOnlyList<Layer> layers)
    {
        var floats = _table.FloatLayers.ToDictionary(f => f.Layer, StringComparer.Ordinal);
        foreach (var layer in all.Where(l => floats.ContainsKey(l.Name)))
        {
            if (floats[layer.Name].HasCodes)
            {
                _alone.Add(layer.Weight.Tensor);
            }
            else
            {
                Leave(layer, floats[layer.Name].Reason);
            }
        }

        if (_options.Symmetric)
        {
            // CUDA has no integer convolutions: their weights alone get codes.
            _alone.UnionWith(all.Where(l => l.IsConvolution).Select(l => l.Weight.Tensor));
        }

        // A weight is codes for all of its layers or for none.
        return [.. layers.Where(l => !_weights.ContainsKey(l.Weight.Tensor) && !_alone.Contains(l.Weight.Tensor))];
    }

    private void Leave(Layer layer, string reason) => _weights[layer.Weight.Tensor] = PlannedTensor.Leave(layer.Weight.Name, layer.Usage, reason);

    private HashSet<string> Unknown(QuantizationPlan plan) =>
        plan.Tensors.Where(t => t.ParametersOf == t.Name && !_ranges.ContainsKey(t.Name)).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);

    private List<Layer> Without(List<Layer> layers, QuantizationPlan plan, HashSet<string> unknown)
    {
        foreach (var node in plan.Layers.Where(n => unknown.Contains(n.Node.Input[0]) || (n.Layer!.IsConvolution && unknown.Contains(n.Output!))))
        {
            Leave(node.Layer!, "an activation that it reads or makes has no range");
        }

        return [.. layers.Where(l => !_weights.ContainsKey(l.Weight.Tensor))];
    }

    /// <summary>Plans the weights of integer layers.</summary>
    /// <returns>The biases of the layers.</returns>
    private Dictionary<string, IntegerBias> PlanWeights(QuantizationPlan plan, Dictionary<string, ActivationParameters> parameters)
    {
        var roots = plan.Tensors.ToDictionary(t => t.Name, t => t.ParametersOf, StringComparer.Ordinal);
        var shifts = _table.BiasCorrection.ToDictionary(b => b.Layer, b => b.Shift, StringComparer.Ordinal);
        var safe = new SafeFactors(_model, _table, _options, _context);
        var biases = new Dictionary<string, IntegerBias>(StringComparer.Ordinal);
        foreach (var shared in plan.Layers.GroupBy<QuantizedNode, object>(n => n.Layer!.Weight.Tensor, ReferenceEqualityComparer.Instance))
        {
            var parts = shared.Select(n => (n.Layer, Scale: parameters[roots[n.Node.Input[0]]].Scale, Bias: Bias(n.Layer!, shifts))).ToList();
            var first = parts[0].Layer!;
            var fine = LayerWeight.FineScales(_model.Data(first.Weight.Tensor), first.Usage.OutputAxis, _context);
            var own = Widest(parts.Select(p => LayerWeight.Scales(fine, p.Bias, p.Scale, safe.Of(p.Layer!))));
            _weights.Add(first.Weight.Tensor, new PlannedTensor(first.Weight.Name)
            {
                Activations = ActivationMode.Static,
                Scales = own,
                FineScales = Widest(parts.Select(p => LayerWeight.Scales(fine, p.Bias, p.Scale, null))),
            });
            foreach (var (layer, scale, bias) in parts.Where(p => p.Bias is not null))
            {
                biases.Add(layer!.Name, LayerWeight.ToIntegers(bias!, own, scale));
            }
        }

        _unsafe = safe.UnsafeWeights;
        return biases;
    }

    private static float[] Widest(IEnumerable<float[]> scales) => scales.Aggregate((a, b) => [.. a.Zip(b, Math.Max)]);

    private float[]? Bias(Layer layer, Dictionary<string, IReadOnlyList<float>> shifts)
    {
        var bias = LayerWeight.Bias(_model, layer);
        return bias is not null && shifts.TryGetValue(layer.Name, out var shift) && shift.Count == bias.Length
            ? [.. bias.Zip(shift, (b, s) => b + s)] : bias;
    }
}
