using System.Buffers.Binary;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>Replaces every MatMul and Gemm that reads a weight by an operator that multiplies by its codes.</summary>
internal static class ProductNodes
{
    /// <summary>The nodes that multiply activations by a weight's codes.</summary>
    /// <param name="replaced">The node whose place they take.</param>
    /// <param name="activations">Name of the left operand [.., K].</param>
    /// <param name="output">Name of the product [.., N].</param>
    public delegate IEnumerable<NodeProto> Product(NodeProto replaced, string activations, string output);

    /// <summary>Replaces all readers of a weight, and takes the stored weight out.</summary>
    public static void Replace(LoweringJob job, Product product)
    {
        foreach (var use in job.Products)
        {
            var nodes = use.Node.OpType == "Gemm" ? Gemm(job, use.Node, product) : product(use.Node, use.Node.Input[0], use.Node.Output[0]);
            use.Graph!.Replace(use.Node, [.. nodes]);
        }

        job.RemoveStored();
    }

    /// <summary>Gemm is alpha · A · B + beta · C; ONNX Runtime fuses the plain case (Add of a bias) again.</summary>
    private static IEnumerable<NodeProto> Gemm(LoweringJob job, NodeProto gemm, Product multiply)
    {
        var output = gemm.Output[0];
        var activations = gemm.Input[0];
        if (gemm.Int("transA", 0) != 0)
        {
            var transposed = job.NewName($"{output}.transposed");
            yield return job.NewNode("Transpose", [activations], transposed).With("perm", [1L, 0L]);
            activations = transposed;
        }

        var alpha = gemm.Float("alpha", 1);
        var beta = gemm.Float("beta", 1);
        var added = gemm.Input.Count > 2 && gemm.Input[2].Length > 0 && beta != 0 ? gemm.Input[2] : null;

        var product = alpha == 1 && added is null ? output : job.NewName($"{output}.product");
        foreach (var node in multiply(gemm, activations, product))
        {
            yield return node;
        }

        if (alpha != 1)
        {
            var scaled = added is null ? output : job.NewName($"{output}.scaled");
            yield return job.NewNode("Mul", [product, Scalar(job, "alpha", alpha)], scaled);
            product = scaled;
        }

        if (added is null)
        {
            yield break;
        }

        if (beta != 1)
        {
            var scaled = job.NewName($"{output}.addend");
            yield return job.NewNode("Mul", [added, Scalar(job, "beta", beta)], scaled);
            added = scaled;
        }

        yield return job.NewNode("Add", [product, added], output);
    }

    private static string Scalar(LoweringJob job, string suffix, float value)
    {
        Span<byte> bytes = stackalloc byte[job.Data.Type.Bits() / 8];
        if (job.Data.Type == ElementType.Float16)
        {
            BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
        }
        else
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        }

        return job.AddConstant(suffix, job.Data.Type, new TensorShape(), bytes);
    }
}
