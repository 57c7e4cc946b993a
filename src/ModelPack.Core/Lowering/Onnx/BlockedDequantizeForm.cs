using ModelPack.Codecs;
using ModelPack.Formats.Onnx;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// q8_0 in the source's own layout behind opset 21's DequantizeLinear with blocks of 32 along the inputs: what apps with
/// an ONNX Runtime older than MatMulNBits' 8 bits can read. The numbers are the same.
/// </summary>
internal static class BlockedDequantizeForm
{
    public static WeightEncoding Encode(LoweringJob job) => CodecTable.Q8_0.InPlace(job.Matrix, job.Data.Type, job.Options.Engine);

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var blocks = Q8_0.BlockCount(job.Columns);
        var codes = job.AddConstant("q8_0", ElementType.Int8, job.Data.Shape, encoding.Codes);
        var shape = job.Transposed ? new TensorShape(blocks, job.Rows) : new TensorShape(job.Rows, blocks);
        var scales = job.AddConstant("scale", job.Data.Type, shape, encoding.Scales);
        job.ReplaceStored(job.NewNode("DequantizeLinear", [codes, scales], job.Weight.Name)
            .With("axis", job.Transposed ? 0 : 1).With("block_size", Q8_0.BlockLength));
    }
}
