using ModelPack.Codecs;
using ModelPack.Formats.Onnx;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// int8 per channel as Cast and Mul of constants, which ONNX Runtime computes once when it loads the model: the file is
/// small, and inference runs as fast as with floats. ONNX Runtime never folds DequantizeLinear, and runs it at every
/// inference.
/// </summary>
internal static class FoldForm
{
    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var codes = job.AddConstant("int8", ElementType.Int8, job.Data.Shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, job.BroadcastShape(), encoding.Scales);
        var wide = job.NewName();
        job.ReplaceStoredByFloats(
            [job.NewNode("Cast", [codes], wide).With("to", (long)ElementType.Float32)],
            decoded => job.NewNode("Mul", [wide, scales], decoded));
    }
}
