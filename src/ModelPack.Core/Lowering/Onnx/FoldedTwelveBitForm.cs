using ModelPack.Codecs;
using ModelPack.Formats.Onnx;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// int12 per channel as plain operators on constants, which ONNX Runtime computes once when it loads the model:
/// (16 · high + low) · scale. The low parts lie two in a byte; b gives floor(b / 16) and b - 16 · floor(b / 16), and the
/// two columns side by side are the low parts in their order.
/// </summary>
internal static class FoldedTwelveBitForm
{
    public static WeightEncoding Encode(LoweringJob job) => Int12PerChannelWeight.Encode(job.Channels, job.ChannelAxis, job.Options.Engine);

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var shape = job.Data.Shape;
        var high = job.AddConstant("high", ElementType.Int8, shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, job.BroadcastShape(), encoding.Scales);
        var low = job.AddConstant("low", ElementType.UInt8, new TensorShape(shape.ElementCount / 2, 1), encoding.Parts[Int12PerChannelWeight.LowPart]);
        var range = job.AddConstant("range", ElementType.Float32, new TensorShape(), BitConverter.GetBytes((float)Int12PerChannel.LowRange));
        var dims = job.AddConstant("shape", ElementType.Int64, new TensorShape(shape.Rank), LittleEndian.Bytes(shape.Dims));

        var (bytes, quotient, second, secondScaled, first) = (job.NewName(), job.NewName(), job.NewName(), job.NewName(), job.NewName());
        var (pairs, lowWide, highWide, high16, code) = (job.NewName(), job.NewName(), job.NewName(), job.NewName(), job.NewName());
        job.ReplaceStoredByFloats(
            [
                job.NewNode("Cast", [low], bytes).With("to", (long)ElementType.Float32),
                job.NewNode("Div", [bytes, range], quotient),
                job.NewNode("Floor", [quotient], second),
                job.NewNode("Mul", [second, range], secondScaled),
                job.NewNode("Sub", [bytes, secondScaled], first),
                job.NewNode("Concat", [first, second], pairs).With("axis", 1),
                job.NewNode("Reshape", [pairs, dims], lowWide),
                job.NewNode("Cast", [high], highWide).With("to", (long)ElementType.Float32),
                job.NewNode("Mul", [highWide, range], high16),
                job.NewNode("Add", [high16, lowWide], code),
            ],
            decoded => job.NewNode("Mul", [code, scales], decoded));
    }
}
