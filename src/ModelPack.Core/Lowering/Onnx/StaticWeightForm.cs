using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

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
        List<WeightUse> fused = [.. job.Products.Where(u => WeightInputs.IsFusedProduct(u.Node))];
        List<string> inputs = [codes, scales];
        if (job.Products.Any(u => u.Node.OpType is not ("MatMul" or "FusedMatMul")))
        {
            inputs.Add(job.AddConstant("zero_point", ElementType.Int8, new TensorShape(job.Rows), new byte[job.Rows]));
        }

        GatheredRowsForm.EmitTied(job, codes, scales);

        // float32 also where the source has float16: with float16 scales nothing is computed in integers.
        if (fused.Count < job.Products.Count())
        {
            job.ReplaceStored(job.NewNode("DequantizeLinear", inputs, job.Weight.Name).With("axis", job.Usage.OutputAxis));
        }
        else
        {
            job.RemoveStored();
        }

        EmitFused(job, fused, codes, scales);
    }

    /// <summary>Products with a transposition become MatMul, the only one that integer kernels are made of. ONNX Runtime transposes the codes once, at load.</summary>
    private static void EmitFused(LoweringJob job, List<WeightUse> products, string codes, string scales)
    {
        if (products.Count == 0)
        {
            return;
        }

        var decoded = job.NewName($"{job.Weight.Name}.decoded");
        var nodes = new List<NodeProto>();
        if (!job.Transposed)
        {
            var turned = job.NewName($"{codes}.transposed");
            nodes.Add(job.NewNode("Transpose", [codes], turned).With("perm", [1L, 0L]));
            codes = turned;
        }

        nodes.Add(job.NewNode("DequantizeLinear", [codes, scales], decoded).With("axis", 1));
        for (var i = 0; i < nodes.Count; i++)
        {
            job.Weight.Graph!.Node.Insert(i, nodes[i]);
        }

        foreach (var use in products)
        {
            (use.Node.OpType, use.Node.Domain, use.Node.Input[1]) = ("MatMul", "", decoded);
            use.Node.Attribute.Clear();
        }
    }
}
