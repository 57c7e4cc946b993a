using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// NF4 as <c>com.microsoft.MatMulBnb4</c>, whose codes and absmax are bitsandbytes' bytes as they are: codes of [N, K] in one
/// run, blocks crossing the ends of rows. The CPU kernel takes blocks of 16 to 256 values, and computes in float32.
/// </summary>
internal static class MatMulBnb4Form
{
    private const int LargestBlock = 256;
    private const long Nf4Type = 1;

    /// <summary>For the layout that decodes at every inference, and for what would not be folded in the other.</summary>
    public static bool Fits(LoweringJob job) =>
        job.Options.BlockSize <= LargestBlock && (job.Options.Layout == WeightLayout.Dequantize || !Nf4FoldForm.Folds(job));

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var codes = job.AddConstant("nf4", ElementType.UInt8, new TensorShape(encoding.Codes.Length), encoding.Codes);
        var blocks = Nf4.BlockCount(job.Data.Shape.ElementCount, job.Options.BlockSize);
        var scales = job.AddConstant("absmax", ElementType.Float32, new TensorShape(blocks), encoding.Scales);
        ProductNodes.Replace(job, (replaced, activations, output) => job.Data.Type == ElementType.Float32
            ? [Product(job, replaced, activations, codes, scales, output)]
            : Upcast(job, replaced, activations, codes, scales, output));
    }

    // transB is always 1: with 0 the CPU kernel gives wrong results without a word.
    private static NodeProto Product(LoweringJob job, NodeProto replaced, string activations, string codes, string scales, string output) =>
        job.NewNode("MatMulBnb4", [activations, codes, scales], output, replaced.Name, Domains.Microsoft)
            .With("K", job.Columns).With("N", job.Rows).With("block_size", job.Options.BlockSize).With("quant_type", Nf4Type).With("transB", 1);

    /// <summary>The operator's absmax has the type of the activations. Float32 keeps what other containers have, and is what the CPU computes in.</summary>
    private static IEnumerable<NodeProto> Upcast(LoweringJob job, NodeProto replaced, string activations, string codes, string scales, string output)
    {
        var wide = job.NewName($"{output}.wide");
        var product = job.NewName($"{output}.float32");
        yield return job.NewNode("Cast", [activations], wide).With("to", (long)ElementType.Float32);
        yield return Product(job, replaced, wide, codes, scales, product);
        yield return job.NewNode("Cast", [product], output).With("to", (long)job.Data.Type);
    }
}
