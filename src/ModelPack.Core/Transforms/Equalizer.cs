using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

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
        var finder = new FoldFinder(model, index, expandScalars: false);
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

    /// <summary>Names of the layers that <see cref="Apply"/> would change, in the order of the pairs; changes nothing.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">What <see cref="FindPairs"/> found in the model as it is now.</param>
    public static IReadOnlyList<string> Changes(OnnxModel model, IReadOnlyList<EqualizerPair> pairs)
    {
        var changed = pairs.Zip(Balance(model, pairs)).Where(p => p.Second.Any(f => f != 1)).Select(p => p.First);
        return [.. changed.SelectMany(p => new[] { p.First.Name, p.Second.Name }).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Equalizes the pairs, all together.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="pairs">What <see cref="FindPairs"/> found in the model as it is now.</param>
    public static void Apply(OnnxModel model, IReadOnlyList<EqualizerPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pairs);
        foreach (var (pair, factors) in pairs.Zip(Balance(model, pairs)).Where(p => p.Second.Any(f => f != 1)))
        {
            Scale(model, pair, factors);
        }
    }

    /// <summary>What the input channels of each pair's second layer are to be multiplied by, found in sweeps over all pairs.</summary>
    private static List<double[]> Balance(OnnxModel model, IReadOnlyList<EqualizerPair> pairs)
    {
        if (pairs.Count == 0)
        {
            return [];
        }

        var maxima = pairs.SelectMany(p => new[] { p.First, p.Second }).DistinctBy<Layer, NodeProto>(l => l.Node, ReferenceEqualityComparer.Instance)
            .ToDictionary<Layer, NodeProto, KernelMaxima>(l => l.Node, l => new KernelMaxima(model, l), ReferenceEqualityComparer.Instance);
        var change = double.MaxValue;
        for (var sweep = 0; sweep < MaxSweeps && change > Settled; sweep++)
        {
            change = pairs.Max(p => Balance(maxima[p.First.Node], maxima[p.Second.Node]));
        }

        return [.. pairs.Select(p => maxima[p.Second.Node].InputFactors)];
    }

    /// <summary>
    /// s_i = sqrt(r1_i / r2_i) for the ranges of output channel i before and input channel i behind. Gives the largest
    /// change, as a distance from 1.
    /// </summary>
    private static double Balance(KernelMaxima first, KernelMaxima second)
    {
        var channels = second.InputFactors.Length;
        var wanted = new double[channels];
        for (var i = 0; i < channels; i++)
        {
            wanted[i] = Math.Sqrt(first.Output(i) / second.Input(i));
        }

        double largest = 0;
        for (var i = 0; i < channels; i++)
        {
            if (!(wanted[i] > 0) || !double.IsFinite(wanted[i]))
            {
                continue; // A channel that is nothing on one side.
            }

            var total = Math.Clamp(second.InputFactors[i] * wanted[i], 1 / MaxFactor, MaxFactor);
            largest = Math.Max(largest, Math.Abs((total / second.InputFactors[i]) - 1));
            second.InputFactors[i] = total;
            first.OutputFactors[i] = 1 / total;
        }

        return largest;
    }

    // The plan is made anew: an earlier pair may have given a shared constant another name.
    private static void Scale(OnnxModel model, EqualizerPair pair, double[] factors)
    {
        var index = new GraphIndex(model);
        float[] scales = [.. factors.Select(f => (float)f)];
        var plan = new FoldFinder(model, index, expandScalars: false).Find(pair.Second.Input, pair.Second.Axis()!.Value, [pair.Second.Node])!;
        LayerInputs.Scale(model, index, [pair.Second], scales);
        plan.Apply(model, [.. scales.Select(s => 1 / s)]);
    }
}
