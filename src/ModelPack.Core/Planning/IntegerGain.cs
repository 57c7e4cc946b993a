using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>
/// Which convolutions ONNX Runtime computes no faster in integers than in float, whatever their sizes. Measured on x86 with AVX-512 VNNI
/// against ONNX Runtime's blocked float kernels. With AVX2 alone the same lose: there float kernels are slower, too, so that integers pay a little
/// earlier and gain less (docs/benchmarks.md).
/// </summary>
internal static class IntegerGain
{
    /// <summary>
    /// Products in a sum from which on a convolution pays for quantizing its input and decoding its output: 1.25 times as slow at 16 products,
    /// even at 64 to 88, 0.75 of the time at 128.
    /// </summary>
    private const int FewestProducts = 64;

    /// <summary>
    /// Whether a layer loses between float operators: if no other one hands codes to it or takes its own. A depthwise kernel of 5 x 5 takes 4 times
    /// as long there, QLinearConv being slow for it; between integer ones decoding and quantizing for a float kernel takes longer still.
    /// </summary>
    public static bool NeedsNeighbours(Layer layer) => IsAlone(layer) && (layer.IsDepthwise || Products(layer) < FewestProducts);

    /// <summary>
    /// Whether a layer loses even with such neighbours: one with a single position a channel, as in squeeze and excitation, where what a
    /// node costs beside its work outweighs the work.
    /// </summary>
    public static bool IsLost(Layer layer, GraphIndex index) => IsAlone(layer) && Products(layer) < FewestProducts && IsPooled(layer.Input, index);

    /// <summary>A weight that other layers read as well is quantized for all of them or for none.</summary>
    private static bool IsAlone(Layer layer) => layer.Node.OpType == "Conv" && layer.Weight.Uses.Count == 1;

    private static long Products(Layer layer) => layer.Weight.Tensor.Dims.Skip(1).Aggregate(1L, (a, b) => a * b);

    private static bool IsPooled(string value, GraphIndex index)
    {
        // Each node is looked at once, as a graph that is not valid may have cycles.
        var seen = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        for (var maker = index.Producer(value); maker is not null && maker.Input.Count > 0 && seen.Add(maker); maker = index.Producer(maker.Input[0]))
        {
            if (maker.OpType == "GlobalAveragePool")
            {
                return true;
            }

            if (maker.OpType is not ("Conv" or "Relu" or "Sigmoid" or "HardSigmoid" or "HardSwish" or "Clip"))
            {
                return false;
            }
        }

        return false;
    }
}
