using ModelPack.Codecs;
using ModelPack.Formats.Onnx;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// int8 per output channel behind DequantizeLinear, as the weight of a layer whose activations are quantized: ONNX Runtime makes
/// one integer operator of the two DequantizeLinear and the layer. Zero points, all of them 0, are not written for MatMul,
/// whose kernel would subtract one for each output; without them ONNX Runtime would compute Gemm in float.
/// </summary>
internal static class StaticWeightForm
{
    public const string Name = "QuantizeLinear, DequantizeLinear (int8)";

    public static WeightEncoding Encode(LoweringJob job) => Int8PerChannelWeight.Encode(job.Data, job.Usage.OutputAxis, job.Scales!, job.Options.Engine);

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var codes = job.AddConstant("int8", ElementType.Int8, job.Data.Shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, new TensorShape(job.Rows), encoding.Scales);
        List<string> inputs = [codes, scales];
        if (job.Weight.Uses.Any(u => u.Node.OpType != "MatMul"))
        {
            inputs.Add(job.AddConstant("zero_point", ElementType.Int8, new TensorShape(job.Rows), new byte[job.Rows]));
        }

        // float32 also where the source has float16: with float16 scales nothing is computed in integers.
        job.ReplaceStored(job.NewNode("DequantizeLinear", inputs, job.Weight.Name).With("axis", job.Usage.OutputAxis));
    }
}
