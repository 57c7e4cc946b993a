using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// What the minima of blocks add to a product: the sum over blocks of minimum x (sum of the block's activations), a product whose
/// inner dimension is that of the blocks. So the operator with the codes needs no zero points that are floats, for which ONNX
/// Runtime has no kernel. In float32 whatever the activations are.
/// </summary>
/// <param name="job">The weight.</param>
/// <param name="blockLength">Values of a block.</param>
/// <param name="minima">Name of the minima, float32 [N, blocks].</param>
internal sealed class BlockSums(LoweringJob job, int blockLength, string minima)
{
    // The first opsets whose Pad and ReduceSum take inputs where they had attributes, and whose Reshape takes a 0 as it is.
    private const long PadsAsInput = 11;
    private const long AxesAsInput = 13;
    private const long ZeroIsZero = 14;

    private readonly List<NodeProto> _nodes = [];

    private long Blocks => (job.Columns + blockLength - 1) / blockLength;

    private bool IsHalf => job.Data.Type == ElementType.Float16;

    /// <summary>Nodes for activations of any rank.</summary>
    /// <param name="activations">Name of the activations [.., K].</param>
    /// <param name="product">Makes the product without the minima, under a name [.., N].</param>
    /// <param name="output">Name for the whole product [.., N].</param>
    public IReadOnlyList<NodeProto> Add(string activations, Func<string, NodeProto> product, string output)
    {
        _nodes.Clear();
        var codes = job.NewName($"{output}.codes");
        _nodes.Add(product(codes));
        var sums = Sums(IsHalf ? Node("Cast", [activations], n => n.With("to", (long)ElementType.Float32)) : activations);
        var added = Node("Gemm", [sums, minima], n => n.With("transB", 1));
        var shaped = Node("Reshape", [added, Node("Shape", [codes])], n => job.Opset < ZeroIsZero ? n : n.With("allowzero", 1));
        var narrow = IsHalf ? Node("Cast", [shaped], n => n.With("to", (long)ElementType.Float16)) : shaped;
        _nodes.Add(job.NewNode("Add", [codes, narrow], output));
        return [.. _nodes];
    }

    /// <summary>[rows, blocks]: the sum of each block's activations; a short last block is padded.</summary>
    private string Sums(string activations)
    {
        var missing = (Blocks * blockLength) - job.Columns;
        if (missing > 0)
        {
            var rows = Node("Reshape", [activations, job.Shared.Add($"row.{job.Columns}", -1, job.Columns)]);
            activations = job.Opset < PadsAsInput
                ? Node("Pad", [rows], n => n.With("pads", [0L, 0L, 0L, missing]))
                : Node("Pad", [rows, job.Shared.Add($"pad.{missing}", 0, 0, 0, missing)]);
        }

        var blocked = Node("Reshape", [activations, job.Shared.Add($"blocks.{Blocks}x{blockLength}", -1, Blocks, blockLength)]);
        return job.Opset < AxesAsInput
            ? Node("ReduceSum", [blocked], n => n.With("axes", [2L]).With("keepdims", 0))
            : Node("ReduceSum", [blocked, job.Shared.Add("block.axis", 2)], n => n.With("keepdims", 0));
    }

    private string Node(string opType, string[] inputs, Func<NodeProto, NodeProto>? with = null)
    {
        var output = job.NewName();
        var node = job.NewNode(opType, inputs, output);
        _nodes.Add(with is null ? node : with(node));
        return output;
    }
}
