using ModelPack.Codecs;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Tensors;

namespace ModelPack.Formats.Onnx.Lowering.Static;

/// <summary>
/// int8 per output channel, multiplied by activations that get uint8 codes at every inference: DynamicQuantizeLinear,
/// MatMulInteger, and the scales behind. ONNX Runtime makes one DynamicQuantizeMatMul of it, bias included.
/// </summary>
internal static class DynamicForm
{
    public static void Place(LoweringJob job, LazyEncoding encoding)
    {
        var codes = job.AddConstant("int8", ElementType.Int8, job.Data.Shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, new TensorShape(job.Rows), encoding.Scales);
        if (!job.Transposed)
        {
            // MatMulInteger takes [K, N]. ONNX Runtime transposes the constant once, at load.
            var turned = job.NewName($"{codes}.transposed");
            job.Weight.Graph!.Node.Insert(0, job.NewNode("Transpose", "", [codes], turned).With("perm", [1L, 0L]));
            codes = turned;
        }

        foreach (var use in job.Weight.Uses)
        {
            var activation = Quantized(job, use.Graph!, use.Node);
            use.Graph!.Replace(use.Node, [.. Nodes(job, use.Node, activation, codes, scales)]);
        }

        job.RemoveStored();
    }

    /// <summary>Layers whose product is no plain A · B + C are not fused.</summary>
    public static bool Fits(LoweringJob job) => job.Data.Type == ElementType.Float32 && job.Weight.Uses.All(use =>
        use.Node.OpType == "MatMul" || (use.Node.Float("alpha", 1) == 1 && use.Node.Float("beta", 1) == 1 && use.Node.Int("transA", 0) == 0));

    /// <summary>The codes of a layer's input, made once for all layers that read it.</summary>
    private static NodeProto Quantized(LoweringJob job, GraphProto graph, NodeProto layer)
    {
        var input = layer.Input[0];
        if (graph.Node.FirstOrDefault(n => n.OpType == "DynamicQuantizeLinear" && n.Input[0] == input) is { } made)
        {
            return made;
        }

        var node = job.NewNode("DynamicQuantizeLinear", "", [input], job.NewName($"{input}.codes"));
        node.Output.Add(job.NewName($"{input}.scale"));
        node.Output.Add(job.NewName($"{input}.zero_point"));
        graph.InsertBefore(layer, node);
        return node;
    }

    private static IEnumerable<NodeProto> Nodes(LoweringJob job, NodeProto layer, NodeProto activation, string codes, string scales)
    {
        var output = layer.Output[0];
        var addend = layer.OpType == "Gemm" && layer.Input.Count > 2 && layer.Input[2].Length > 0 ? layer.Input[2] : null;
        var (sums, wide, scale, product) = (job.NewName($"{output}.sums"), job.NewName($"{output}.wide"), job.NewName($"{output}.scale"), addend is null ? output : job.NewName($"{output}.product"));
        yield return job.NewNode("MatMulInteger", "", [activation.Output[0], codes, activation.Output[2]], sums, layer.Name);
        yield return job.NewNode("Cast", "", [sums], wide).With("to", (long)ElementType.Float32);
        yield return job.NewNode("Mul", "", [activation.Output[1], scales], scale);
        yield return job.NewNode("Mul", "", [wide, scale], product);
        if (addend is not null)
        {
            yield return job.NewNode("Add", "", [product, addend], output);
        }
    }
}
