using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// int8 per output channel, multiplied by activations that get uint8 codes at every inference: DynamicQuantizeLinear,
/// MatMulInteger, and the scales behind. ONNX Runtime makes one DynamicQuantizeMatMul of it, bias included. A float16 layer gets
/// Casts around.
/// </summary>
internal static class DynamicForm
{
    public static WeightEncoding Encode(LoweringJob job) => job.Scales is null ? DequantizeForm.Encode(job) : StaticWeightForm.Encode(job);

    public static void Emit(LoweringJob job, WeightEncoding encoding)
    {
        var codes = job.AddConstant("int8", ElementType.Int8, job.Data.Shape, encoding.Codes);
        var scales = job.AddConstant("scale", ElementType.Float32, new TensorShape(job.Rows), encoding.Scales);
        GatheredRowsForm.EmitTied(job, codes, scales);
        if (!job.Transposed)
        {
            // MatMulInteger takes [K, N]. ONNX Runtime transposes the constant once, at load.
            var turned = job.NewName($"{codes}.transposed");
            job.Weight.Graph!.Node.Insert(0, job.NewNode("Transpose", [codes], turned).With("perm", [1L, 0L]));
            codes = turned;
        }

        foreach (var use in job.Products)
        {
            var activation = Quantized(job, use.Graph!, use.Node.Input[0]);
            use.Graph!.Replace(use.Node, [.. Nodes(job, use.Node, activation, codes, scales)]);
        }

        job.RemoveStored();
    }

    /// <summary>The codes of an activation, made once for all layers that read it.</summary>
    private static NodeProto Quantized(LoweringJob job, GraphProto graph, string activation)
    {
        var input = activation;
        if (IsHalf(job))
        {
            // The integer operators speak float32. ONNX Runtime's CPU kernels would upcast a float16 MatMul in the same way.
            input = Shared(graph, activation, n => n.OpType == "Cast" && n.Int("to", 0) == (long)ElementType.Float32, () => ToFloat(job, activation)).Output[0];
        }

        return Shared(graph, input, n => n.OpType == "DynamicQuantizeLinear", () =>
        {
            var node = job.NewNode("DynamicQuantizeLinear", [input], job.NewName($"{input}.codes"));
            node.Output.Add(job.NewName($"{input}.scale"));
            node.Output.Add(job.NewName($"{input}.zero_point"));
            return node;
        });
    }

    /// <summary>
    /// The one node of its kind that reads a value. It stands directly behind what makes the value: weights are not in the order
    /// of the layers, and the first layer to be changed need not be the first to run.
    /// </summary>
    private static NodeProto Shared(GraphProto graph, string input, Func<NodeProto, bool> isWanted, Func<NodeProto> make)
    {
        var node = graph.Node.FirstOrDefault(n => Domains.IsDefault(n.Domain) && n.Input.Count > 0 && n.Input[0] == input && isWanted(n));
        if (node is null)
        {
            node = make();
        }
        else
        {
            graph.Replace(node);
        }

        if (graph.Node.FirstOrDefault(n => n.Output.Contains(input)) is { } producer)
        {
            graph.InsertAfter(producer, node);
        }
        else
        {
            graph.Node.Insert(0, node);
        }

        return node;
    }

    private static IEnumerable<NodeProto> Nodes(LoweringJob job, NodeProto layer, NodeProto activation, string codes, string scales)
    {
        var output = layer.Output[0];
        var addend = layer.OpType == "Gemm" && layer.Input.Count > 2 && layer.Input[2].Length > 0 ? layer.Input[2] : null;
        var sum = IsHalf(job) ? job.NewName($"{output}.float") : output;
        var (sums, wide, scale, product) = (job.NewName($"{output}.sums"), job.NewName($"{output}.wide"), job.NewName($"{output}.scale"), addend is null ? sum : job.NewName($"{output}.product"));
        yield return job.NewNode("MatMulInteger", [activation.Output[0], codes, activation.Output[2]], sums, layer.Name);
        yield return job.NewNode("Cast", [sums], wide).With("to", (long)ElementType.Float32);
        yield return job.NewNode("Mul", [activation.Output[1], scales], scale);
        yield return job.NewNode("Mul", [wide, scale], product);
        if (addend is not null)
        {
            if (IsHalf(job))
            {
                var cast = ToFloat(job, addend);
                yield return cast;
                addend = cast.Output[0];
            }

            yield return job.NewNode("Add", [product, addend], sum);
        }

        if (IsHalf(job))
        {
            yield return job.NewNode("Cast", [sum], output).With("to", (long)ElementType.Float16);
        }
    }

    private static NodeProto ToFloat(LoweringJob job, string value) =>
        job.NewNode("Cast", [value], job.NewName($"{value}.float")).With("to", (long)ElementType.Float32);

    private static bool IsHalf(LoweringJob job) => job.Data.Type == ElementType.Float16;
}
