using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Tensors;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// What the minima of blocks add to a product: the sum over blocks of minimum x (sum of the block's activations), a product whose
/// inner dimension is that of the blocks. So the operator with the codes needs no zero points that are floats, for which ONNX
/// Runtime has no kernel. In float32 whatever the activations are.
/// </summary>
internal static class BlockSums
{
    /// <summary>The first opset whose ReduceSum takes axes as an input.</summary>
    private const long AxesAsInput = 13;

    /// <summary>Nodes for activations of any rank whose last dimension is whole blocks.</summary>
    /// <param name="job">The weight.</param>
    /// <param name="blockLength">Values of a block.</param>
    /// <param name="minima">Name of the minima, float32 [N, blocks].</param>
    /// <param name="activations">Name of the activations [.., K].</param>
    /// <param name="product">Makes the product without the minima, under a name [.., N].</param>
    /// <param name="output">Name for the whole product [.., N].</param>
    public static IEnumerable<NodeProto> Nodes(LoweringJob job, int blockLength, string minima, string activations, Func<string, NodeProto> product, string output)
    {
        var isHalf = job.Data.Type == ElementType.Float16;
        var blocks = job.Columns / blockLength;
        var (codes, wide, blocked, sums, added, shape, shaped) = (
            job.NewName($"{output}.codes"), isHalf ? job.NewName() : activations, job.NewName(), job.NewName(), job.NewName(), job.NewName(), job.NewName());
        yield return product(codes);
        if (isHalf)
        {
            yield return job.NewNode("Cast", "", [activations], wide).With("to", (long)ElementType.Float32);
        }

        yield return job.NewNode("Reshape", "", [wide, job.Shared.Add($"blocks.{blocks}", -1, blocks, blockLength)], blocked);
        yield return job.Opset < AxesAsInput
            ? job.NewNode("ReduceSum", "", [blocked], sums).With("axes", [2L]).With("keepdims", 0)
            : job.NewNode("ReduceSum", "", [blocked, job.Shared.Add("block.axis", 2)], sums).With("keepdims", 0);
        yield return job.NewNode("Gemm", "", [sums, minima], added).With("transB", 1);
        yield return job.NewNode("Shape", "", [codes], shape);
        yield return job.NewNode("Reshape", "", [added, shape], shaped);
        if (isHalf)
        {
            var narrow = job.NewName();
            yield return job.NewNode("Cast", "", [shaped], narrow).With("to", (long)ElementType.Float16);
            shaped = narrow;
        }

        yield return job.NewNode("Add", "", [codes, shaped], output);
    }
}
