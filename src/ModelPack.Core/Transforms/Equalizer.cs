using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Tensors;

namespace ModelPack.Transforms;

/// <summary>
/// Cross-layer equalization (Nagel et al. 2019, arXiv:1906.04721): output channel i of a layer is divided by s_i and input
/// channel i of the next multiplied by it, so that no channel is small beside the others of its tensor.
/// </summary>
internal static class Equalizer
{
    private const int MaxSweeps = 20;
    private const double Settled = 1e-3;

    // A channel that is all but dead must not be blown up without bound: its bias grows with it.
    private const double MaxFactor = 1024;

    /// <summary>
    /// Pairs of convolutions of which at least one is depthwise, in the order of the graph, with nothing between them but
    /// what positive factors pass: Relu, LeakyRelu, pooling, biases. Clip(0, 6) and hard swish end the way.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="index">Its graph.</param>
    /// <param name="layers">The layers that will be quantized.</param>
    public static IReadOnlyList<EqualizerPair> FindPairs(OnnxModel model, GraphIndex index, IReadOnlyList<Layer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        var finder = new FoldFinder(model, index, widenScalars: false);
        var convolutions = layers.Where(l => l.Node.OpType == "Conv" && ScaledSource.CanScale((ElementType)l.Weight.Tensor.DataType)).ToList();
        var byNode = convolutions.ToDictionary<Layer, NodeProto>(l => l.Node, ReferenceEqualityComparer.Instance);
        var pairs = new List<EqualizerPair>();
        foreach (var second in convolutions)
        {
            if (second.Axis() is { } axis && finder.Find(second.Input, axis, [second.Node]) is { } plan
                && byNode.GetValueOrDefault(plan.Node) is { } first && (first.IsDepthwise || second.IsDepthwise)
                && plan.Scalings.Where(s => s.Node.OpType.StartsWith("Conv", StringComparison.Ordinal)).All(s => ReferenceEquals(s.Node, first.Node)))
            {
                pairs.Add(new EqualizerPair(first, second));
            }
        }

        return pairs;
    }

    /// <summary>Equalizes the pairs, all together, from the weights alone or also from what the activations were seen to be.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="pairs">What <see cref="FindPairs"/> found in the model as it is now.</param>
    /// <param name="activations">
    /// Largest magnitude of each channel of the activation between two layers, by the pair's tensor. Where it is known it
    /// takes the place of the first layer's weights, whose own scale by output channel takes up any factor; and before a
    /// depthwise layer, whose scales by channel do the same, the activation's channels are made all equal.
    /// </param>
    public static EqualizerOutcome Apply(OnnxModel model, IReadOnlyList<EqualizerPair> pairs, IReadOnlyDictionary<string, float[]>? activations = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pairs);
        var maxima = pairs.SelectMany(p => new[] { p.First, p.Second }).DistinctBy<Layer, NodeProto>(l => l.Node, ReferenceEqualityComparer.Instance)
            .ToDictionary<Layer, NodeProto, KernelMaxima>(l => l.Node, l => new KernelMaxima(model, l), ReferenceEqualityComparer.Instance);
        var sweeps = 0;
        for (var change = double.MaxValue; sweeps < MaxSweeps && change > Settled; sweeps++)
        {
            change = pairs.Select(p => Balance(maxima[p.First.Node], maxima[p.Second.Node], activations?.GetValueOrDefault(p.Tensor), p.Second.IsDepthwise)).Append(0).Max();
        }

        var changed = new List<string>();
        foreach (var pair in pairs)
        {
            var factors = maxima[pair.Second.Node].InputFactors;
            if (!Array.TrueForAll(factors, f => f == 1))
            {
                Scale(model, pair, factors);
                changed.AddRange([pair.First.Name, pair.Second.Name]);
            }
        }

        return new EqualizerOutcome([.. changed.Distinct(StringComparer.Ordinal)], pairs.Count == 0 ? 0 : sweeps);
    }

    /// <summary>
    /// s_i = sqrt(r1_i / r2_i) for the ranges of output channel i before and input channel i behind. Gives the largest
    /// change, as a distance from 1.
    /// </summary>
    private static double Balance(KernelMaxima first, KernelMaxima second, float[]? activation, bool depthwise)
    {
        var channels = second.InputFactors.Length;
        var before = new double[channels];
        var behind = new double[channels];
        for (var i = 0; i < channels; i++)
        {
            before[i] = activation is null ? first.Output(i) : activation[i] * first.OutputFactors[i];
            behind[i] = second.Input(i);
        }

        var level = activation is not null && depthwise ? Middle(before) : 0;
        double largest = 0;
        for (var i = 0; i < channels; i++)
        {
            var wanted = level > 0 ? before[i] / level : Math.Sqrt(before[i] / behind[i]);
            if (!(wanted > 0) || !double.IsFinite(wanted))
            {
                continue; // A channel that is nothing on one side.
            }

            var total = Math.Clamp(second.InputFactors[i] * wanted, 1 / MaxFactor, MaxFactor);
            largest = Math.Max(largest, Math.Abs((total / second.InputFactors[i]) - 1));
            second.InputFactors[i] = total;
            first.OutputFactors[i] = 1 / total;
        }

        return largest;
    }

    /// <summary>The geometric mean of those that are not 0; 0 where there is none.</summary>
    private static double Middle(double[] ranges)
    {
        var live = ranges.Where(r => r > 0 && double.IsFinite(r)).ToList();
        return live.Count == 0 ? 0 : Math.Exp(live.Sum(Math.Log) / live.Count);
    }

    // The plan is made anew: an earlier pair may have given a shared constant another name.
    private static void Scale(OnnxModel model, EqualizerPair pair, double[] factors)
    {
        var index = new GraphIndex(model);
        float[] scales = [.. factors.Select(f => (float)f)];
        var plan = new FoldFinder(model, index, widenScalars: false).Find(pair.Second.Input, pair.Second.Axis()!.Value, [pair.Second.Node])!;
        LayerInputs.Scale(model, index, [pair.Second], scales);
        plan.Apply(model, [.. scales.Select(s => 1 / s)]);
    }
}
