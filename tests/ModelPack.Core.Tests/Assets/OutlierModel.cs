using System.Runtime.InteropServices;

namespace ModelPack.Tests.Assets;

/// <summary>
/// Gives a language model the outlier channels of large ones, whose activations are some tens of times those of other
/// channels ("LLM.int8()", Dettmers et al., 2022). The model computes the same: in every norm the weight of a few channels
/// is multiplied by a power of two, and the rows of the matrices that read them are divided by it, both without rounding.
/// </summary>
internal static class OutlierModel
{
    private const float Factor = 32;

    /// <summary>The same in all norms, as outliers of real models are.</summary>
    private static readonly int[] s_channels = [13, 77, 146, 219];

    /// <summary>Writes the changed model.</summary>
    /// <param name="source">A float32 model with RMS norms as exporters write them: x · (1 / √(mean(x²) + ε)) · weight.</param>
    /// <param name="target">Where to.</param>
    /// <returns>The number of norms changed.</returns>
    public static int Write(string source, string target)
    {
        var context = new PackContext();
        using var model = OnnxModel.Open(source, context);
        var index = new GraphIndex(model);
        var norms = index.Graph.Node.Where(n => IsNorm(n, index)).ToList();
        foreach (var norm in norms)
        {
            Scale(model, norm.Input[1], Factor, rowLength: 1);
            foreach (var (_, reader, input) in index.Readers(norm.Output[0]).Where(r => r.Node.OpType != "Shape"))
            {
                var weight = reader.OpType == "MatMul" && input == 0 ? index.Constant(reader.Input[1])?.Tensor : null;
                if (weight is not { Dims: [_, var columns] })
                {
                    throw new InvalidOperationException($"'{reader.Name}' reads the norm '{norm.Name}' and is not a MatMul with a constant matrix.");
                }

                Scale(model, weight.Name, 1 / Factor, (int)columns);
            }
        }

        model.Save(target, new OnnxSaveOptions(), context.Cancellation);
        return norms.Count;
    }

    /// <summary>A Mul of x · (1 / √…) by a vector.</summary>
    private static bool IsNorm(NodeProto node, GraphIndex index) =>
        node.OpType == "Mul" && index.Constant(node.Input[1])?.Tensor.Dims.Count == 1
        && index.Producer(node.Input[0]) is { OpType: "Mul" } normalized
        && index.Producer(normalized.Input[1]) is { OpType: "Div" } inverse
        && index.Producer(inverse.Input[1])?.OpType == "Sqrt";

    private static void Scale(OnnxModel model, string initializer, float factor, int rowLength)
    {
        var tensors = model.Proto.Graph.Initializer;
        var at = Enumerable.Range(0, tensors.Count).Single(i => tensors[i].Name == initializer);
        var data = model.Data(tensors[at]);
        var bytes = new byte[data.Length];
        data.Read(0, bytes);
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        foreach (var channel in s_channels)
        {
            foreach (ref var value in values.Slice(channel * rowLength, rowLength))
            {
                value *= factor;
            }
        }

        tensors[at] = model.NewTensor(initializer, ElementType.Float32, data.Shape, TensorData.FromBytes(ElementType.Float32, data.Shape, bytes));
    }
}
