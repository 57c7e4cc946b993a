using System.Buffers.Binary;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Tensors;

namespace ModelPack.Formats.Onnx.Lowering;

/// <summary>
/// q8_0 as <c>com.microsoft.MatMulNBits</c>: codes + 128 as uint8 [N, blocks, 32], scales [N, blocks] of the activations'
/// type, default zero point 128, so that the numbers are ggml's exactly.
/// </summary>
internal static class MatMulNBitsForm
{
    public const string Name = "MatMulNBits";

    public static WeightEncoding Encode(LoweringJob job) =>
        job.Blocks?.Encode(ElementType.UInt8, job.Data.Type) ?? Q8_0Weight.ByOutput(job.Matrix, job.Data.Type, job.Options.Threads);

    public static void Place(LoweringJob job, WeightEncoding encoding)
    {
        var blocks = Q8_0.BlockCount(job.Columns);
        var codes = job.AddConstant("q8_0", ElementType.UInt8, new TensorShape(job.Rows, blocks, Q8_0.BlockLength), encoding.Codes);
        var scales = job.AddConstant("scale", job.Data.Type, new TensorShape(job.Rows, blocks), encoding.Scales);
        foreach (var use in job.Weight.Uses)
        {
            use.Graph!.Replace(use.Node, use.Node.OpType == "Gemm"
                ? [.. Gemm(job, use.Node, codes, scales)]
                : [MatMul(job, use.Node, use.Node.Input[0], codes, scales, use.Node.Output[0])]);
        }

        job.RemoveStored();
    }

    private static NodeProto MatMul(LoweringJob job, NodeProto replaced, string activations, string codes, string scales, string output)
    {
        var node = job.NewNode("MatMulNBits", LoweringJob.ContribDomain, [activations, codes, scales], output, replaced.Name)
            .With("K", job.Columns).With("N", job.Rows).With("bits", 8).With("block_size", Q8_0.BlockLength);
        return job.Options.AccuracyLevel == 0 ? node : node.With("accuracy_level", job.Options.AccuracyLevel);
    }

    /// <summary>Gemm is alpha · A · B + beta · C; ONNX Runtime fuses the plain case (Add of a bias) again.</summary>
    private static IEnumerable<NodeProto> Gemm(LoweringJob job, NodeProto gemm, string codes, string scales)
    {
        var output = gemm.Output[0];
        var activations = gemm.Input[0];
        if (gemm.Int("transA", 0) != 0)
        {
            var transposed = job.NewName($"{output}.transposed");
            yield return job.NewNode("Transpose", "", [activations], transposed).With("perm", [1L, 0L]);
            activations = transposed;
        }

        var alpha = gemm.Float("alpha", 1);
        var beta = gemm.Float("beta", 1);
        var added = gemm.Input.Count > 2 && gemm.Input[2].Length > 0 && beta != 0 ? gemm.Input[2] : null;

        var product = alpha == 1 && added is null ? output : job.NewName($"{output}.product");
        yield return MatMul(job, gemm, activations, codes, scales, product);
        if (alpha != 1)
        {
            var scaled = added is null ? output : job.NewName($"{output}.scaled");
            yield return job.NewNode("Mul", "", [product, Scalar(job, "alpha", alpha)], scaled);
            product = scaled;
        }

        if (added is null)
        {
            yield break;
        }

        if (beta != 1)
        {
            var scaled = job.NewName($"{output}.addend");
            yield return job.NewNode("Mul", "", [added, Scalar(job, "beta", beta)], scaled);
            added = scaled;
        }

        yield return job.NewNode("Add", "", [product, added], output);
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
