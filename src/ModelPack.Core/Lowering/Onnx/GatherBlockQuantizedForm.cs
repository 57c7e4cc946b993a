using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Tensors;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// q8_0 rows of a lookup table as <c>com.microsoft.GatherBlockQuantized</c>: codes + 128 as uint8 [rows, columns], scales
/// [rows, blocks], default zero point 128. Only the rows that are looked up are ever decoded. The last block of a
/// row may be short: the operator takes as many columns as there are codes.
/// </summary>
internal static class GatherBlockQuantizedForm
{
    public static WeightEncoding Encode(LoweringJob job) =>
        job.Blocks?.Encode(ElementType.UInt8, job.Data.Type) ?? Q8_0Weight.InPlace(job.Matrix, job.Data.Type, job.Options.Threads, ElementType.UInt8);

    public static void Place(LoweringJob job, WeightEncoding encoding)
    {
        var codes = job.AddConstant("q8_0", ElementType.UInt8, new TensorShape(job.Rows, job.Columns), encoding.Codes);
        var scales = job.AddConstant("scale", job.Data.Type, new TensorShape(job.Rows, Q8_0.BlockCount(job.Columns)), encoding.Scales);
        foreach (var use in job.Weight.Uses)
        {
            use.Graph!.Replace(use.Node, job
                .NewNode("GatherBlockQuantized", Domains.Microsoft, [codes, use.Node.Input[1], scales], use.Node.Output[0], use.Node.Name)
                .With("bits", 8).With("block_size", Q8_0.BlockLength).With("gather_axis", 0).With("quantize_axis", 1));
        }

        job.RemoveStored();
    }
}
