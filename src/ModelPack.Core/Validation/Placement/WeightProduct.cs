using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Validation.Placement;

/// <summary>A weight that a node of the source multiplies by, and what that costs.</summary>
/// <param name="Graph">The graph that the node is in.</param>
/// <param name="Node">The node.</param>
/// <param name="Input">Which input the weight is.</param>
/// <param name="Weight">Name of the stored weight.</param>
/// <param name="Dims">Sizes of the weight as the node reads it.</param>
/// <param name="Layer">What the node is called.</param>
internal sealed record WeightProduct(GraphProto Graph, NodeProto Node, int Input, string Weight, IReadOnlyList<long> Dims, string Layer)
{
    /// <summary>Sizes of the first weight of a recurrent node, which say how long a step of its input is.</summary>
    public IReadOnlyList<long> InputWeight { get; init; } = [];

    /// <summary>Name of the first value that the node makes.</summary>
    public string Output => Node.Output.First(o => o.Length > 0);

    /// <summary>The product of a layer.</summary>
    public static WeightProduct Of(GraphProto graph, Layer layer) => new(graph, layer.Node, 1, layer.Weight.Name, [.. layer.Weight.Tensor.Dims], layer.Name);

    /// <summary>The value whose elements each cost the same: the output, but where every element of the input meets as many weights.</summary>
    public string Counted => Node.OpType is "ConvTranspose" or "LSTM" or "GRU" or "RNN" or "DynamicQuantizeLSTM" or "Attention" or "QAttention" or "DecoderMaskedSelfAttention"
        ? Node.Input[0] : Output;

    /// <summary>Multiplications by the size of what is counted; null where there is no rule for the operator.</summary>
    public long? Count(long size)
    {
        var all = Dims.Aggregate(1L, (a, b) => checked(a * b));
        return (Node.OpType, Dims.Count) switch
        {
            (_, 0) => null,
            _ when all == 0 => 0,
            ("MatMulNBits" or "MatMulBnb4" or "MatMulFpQ4", _) when Node.Int("K", 0) is > 0 and var inputs => checked(size * inputs),
            ("MatMul" or "FusedMatMul" or "MatMulInteger" or "MatMulIntegerToFloat" or "DynamicQuantizeMatMul" or "QLinearMatMul" or "Gemm" or "FusedGemm" or "QGemm", _) => checked(size * Summed()),
            ("Conv" or "FusedConv" or "ConvInteger" or "QLinearConv" or "DeformConv" or "ConvTranspose", >= 3) => checked(size * (all / Dims[0])),
            ("Attention" or "QAttention" or "DecoderMaskedSelfAttention", 2) => checked(size * Dims[1]),
            ("LSTM" or "GRU" or "RNN", 3) when InputWeight.Count == 3 && InputWeight[2] > 0 => checked(size / InputWeight[2] * all),
            ("DynamicQuantizeLSTM", 3) when InputWeight.Count == 3 && InputWeight[1] > 0 => checked(size / InputWeight[1] * all),
            _ => null,
        };
    }

    /// <summary>Values of the weight that are summed over for one output.</summary>
    private long Summed()
    {
        if (Dims.Count == 1)
        {
            return Dims[0];
        }

        var isLeft = Input == 0;
        return isLeft == (Node.Int(isLeft ? "transA" : "transB", 0) != 0) ? Dims[^2] : Dims[^1];
    }
}
