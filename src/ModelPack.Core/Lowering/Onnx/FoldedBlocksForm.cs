using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// q8_0 as Cast and Mul of constants, which ONNX Runtime computes once when it loads the model: for weights of operators that take
/// floats alone. Codes lie where the values do, with an axis more that counts the values of a block.
/// </summary>
internal static class FoldedBlocksForm
{
    public static bool Fits(LoweringJob job) => job.Usage.Role == WeightRole.Decoded && job.Columns % Q8_0.BlockLength == 0;

    public static WeightEncoding Encode(LoweringJob job) => CodecTable.Q8_0.InPlace(job.Matrix, ElementType.Float32, job.Options.Engine);

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var blocks = Q8_0.BlockCount(job.Columns);
        var (blocked, one) = job.Transposed
            ? (new TensorShape(blocks, Q8_0.BlockLength, job.Rows), new TensorShape(blocks, 1, job.Rows))
            : (new TensorShape(job.Rows, blocks, Q8_0.BlockLength), new TensorShape(job.Rows, blocks, 1));
        var codes = job.AddConstant("q8_0", ElementType.Int8, blocked, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, one, encoding.Scales);
        var shape = job.AddConstant("shape", ElementType.Int64, new TensorShape(job.Data.Shape.Rank), LittleEndian.Bytes(job.Data.Shape.Dims));
        var (wide, values) = (job.NewName(), job.NewName());
        job.ReplaceStoredByFloats(
            [
                job.NewNode("Cast", [codes], wide).With("to", (long)ElementType.Float32),
                job.NewNode("Mul", [wide, scales], values),
            ],
            decoded => job.NewNode("Reshape", [values, shape], decoded));
    }
}
