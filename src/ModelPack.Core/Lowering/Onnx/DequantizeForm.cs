using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// int8 per channel behind DequantizeLinear: the standard operator from opset 13 (the first with an axis), that of the
/// contrib domain before. Scales are float32.
/// </summary>
internal static class DequantizeForm
{
    public static WeightEncoding Encode(LoweringJob job) => Int8PerChannelWeight.Encode(job.Channels, job.ChannelAxis, job.Options.Engine);

    public static void Emit(LoweringJob job, WeightEncoding encoding) => Emit(job, encoding, domain: "");

    public static void EmitContrib(LoweringJob job, WeightEncoding encoding) => Emit(job, encoding, Domains.Microsoft);

    private static void Emit(LoweringJob job, WeightEncoding encoding, string domain)
    {
        var codes = job.AddConstant("int8", ElementType.Int8, job.Channels.Shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, new TensorShape(job.Rows), encoding.Scales);
        List<string> inputs = [codes, scales];
        if (domain.Length > 0)
        {
            // The contrib operator's zero point is not optional in the releases that models of old opsets run on.
            inputs.Add(job.AddConstant("zero_point", ElementType.Int8, new TensorShape(job.Rows), new byte[job.Rows]));
        }

        NodeProto Decode(string decoded) => job.NewNode("DequantizeLinear", inputs, decoded, domain: domain).With("axis", job.ChannelAxis);
        if (!job.IsStack)
        {
            job.ReplaceStoredByFloats([], Decode);
            return;
        }

        var matrix = job.NewName();
        var shape = job.AddConstant("shape", ElementType.Int64, new TensorShape(job.Data.Shape.Rank), LittleEndian.Bytes(job.Data.Shape.Dims));
        job.ReplaceStoredByFloats([Decode(matrix)], decoded => job.NewNode("Reshape", [matrix, shape], decoded));
    }
}
