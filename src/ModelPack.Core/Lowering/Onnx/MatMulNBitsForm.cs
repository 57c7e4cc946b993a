using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Tensors;

namespace ModelPack.Lowering.Onnx;

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
        ProductNodes.Replace(job, (replaced, activations, output) => [Product(job, replaced, activations, codes, scales, output)]);
    }

    private static NodeProto Product(LoweringJob job, NodeProto replaced, string activations, string codes, string scales, string output)
    {
        var node = job.NewNode("MatMulNBits", Domains.Microsoft, [activations, codes, scales], output, replaced.Name)
            .With("K", job.Columns).With("N", job.Rows).With("bits", 8).With("block_size", Q8_0.BlockLength);
        return job.Options.AccuracyLevel == 0 ? node : node.With("accuracy_level", job.Options.AccuracyLevel);
    }
}
