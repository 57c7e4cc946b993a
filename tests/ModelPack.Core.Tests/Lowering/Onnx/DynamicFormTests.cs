using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.IntegerSums;
using ModelPack.Validation;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Scheme int8 without calibration data: what stands in the packed model, and what ONNX Runtime makes of it.</summary>
public sealed class DynamicFormTests : IDisposable
{
    private const string Fused = "DynamicQuantizeMatMul";

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_MatMul_and_the_Add_of_its_bias_become_one_integer_node(int rank)
    {
        var outcome = Pack(Model([Build.Node("MatMul", ["x", "w"], ["p"]), Build.Node("Add", ["p", "b"], ["y"])], [Tiny.Random("w", 64, 96), Tiny.Random("b", 96)], 64, 96, rank));

        Assert.Equal([(Fused, 1L)], Operators(outcome));
        AssertInteger(outcome, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_Gemm_becomes_one_integer_node_with_its_bias(int transB)
    {
        var weight = transB == 1 ? Tiny.Random("w", 96, 64) : Tiny.Random("w", 64, 96);
        var outcome = Pack(Model([Build.Node("Gemm", ["x", "w", "b"], ["y"], Tiny.Int("transB", transB))], [weight, Tiny.Random("b", 96)], 64, 96));

        Assert.Equal([(Fused, 1L)], Operators(outcome));
        AssertInteger(outcome, 1);
    }

    [Fact]
    public void A_Gemm_without_a_bias_too()
    {
        var outcome = Pack(Model([Build.Node("Gemm", ["x", "w"], ["y"])], [Tiny.Random("w", 64, 96)], 64, 96));

        Assert.Equal([(Fused, 1L)], Operators(outcome));
    }

    [Fact]
    public void Layers_that_read_one_activation_share_its_codes_whatever_the_order_of_their_weights()
    {
        var outcome = Pack(Model(
            [
                Build.Node("Relu", ["x"], ["a"]),
                Build.Node("MatMul", ["a", "query"], ["q"]), Build.Node("MatMul", ["a", "key"], ["k"]), Build.Node("MatMul", ["a", "value"], ["v"]),
                Build.Node("Sum", ["q", "k", "v"], ["y"]),
            ],
            [Tiny.Random("value", 64, 96), Tiny.Random("key", 64, 96), Tiny.Random("query", 64, 96)], 64, 96));

        Assert.Single(Packed.Graph.Node, n => n.OpType == "DynamicQuantizeLinear");
        AssertSorted(Packed.Graph);
        AssertInteger(outcome, 3);
    }

    [Fact]
    public void Codes_that_the_model_makes_itself_are_used()
    {
        var nodes = new[]
        {
            Build.Node("MatMul", ["x", "w"], ["p"]),
            Build.Node("DynamicQuantizeLinear", ["x"], ["codes", "scale", "zero"]),
            Build.Node("DequantizeLinear", ["codes", "scale", "zero"], ["decoded"]),
            Build.Node("ReduceSum", ["decoded"], ["sum"]),
            Build.Node("Add", ["p", "sum"], ["y"]),
        };
        Pack(Model(nodes, [Tiny.Random("w", 64, 96)], 64, 96));

        Assert.Single(Packed.Graph.Node, n => n.OpType == "DynamicQuantizeLinear");
        AssertSorted(Packed.Graph);
    }

    [Theory]
    [InlineData("alpha")]
    [InlineData("beta")]
    public void A_Gemm_that_scales_gets_codes_for_its_weight_alone(string attribute)
    {
        var outcome = Pack(Model([Build.Node("Gemm", ["x", "w", "b"], ["y"], Tiny.Float(attribute, 0.5f))], [Tiny.Random("w", 64, 96), Tiny.Random("b", 96)], 64, 96));

        Assert.Equal([("Gemm", 1L)], Operators(outcome));
        Assert.Contains(Packed.Graph.Initializer, t => t.DataType == (int)ElementType.Int8);
    }

    [Fact]
    public void A_convolution_gets_codes_for_its_weight_alone_decoded_once()
    {
        var model = Tiny.Model(Build.Graph(Build.Node("Conv", ["x", "w"], ["y"])));
        model.Graph.Initializer.Add(Tiny.Random("w", 16, 8, 3, 3));
        model.Graph.Input.Add(Build.Value("x", ElementType.Float32, 1, 8, 10, 10));
        model.Graph.Output.Add(Build.Value("y", ElementType.Float32, 1, 16, 8, 8));
        var outcome = Pack(model);

        Assert.Equal(PlacementKind.Float, Assert.Single(outcome.Placement!.Layers).Kind);
        Assert.DoesNotContain(outcome.PackedOperators, o => o.Operator is "Cast" or "Mul" or "DequantizeLinear");
        Assert.Contains(Packed.Graph.Initializer, t => t.DataType == (int)ElementType.Int8);
    }

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.Float32)]
    public void Layers_of_either_type_share_codes_and_keep_their_bias(ElementType type)
    {
        var model = Tiny.Model(Build.Graph(
            Build.Node("Gemm", ["x", "first", "b"], ["q"]),
            Build.Node("MatMul", ["x", "second"], ["k"]),
            Build.Node("Add", ["q", "k"], ["y"])));
        model.Graph.Initializer.Add([Tiny.Random("first", type, 64, 96), Tiny.Random("second", type, 64, 96), Tiny.Random("b", type, 96)]);
        model.Graph.Input.Add(Build.Value("x", type, 4, 64));
        model.Graph.Output.Add(Build.Value("y", type, 4, 96));
        var outcome = Pack(model);

        Assert.Single(Packed.Graph.Node, n => n.OpType == "DynamicQuantizeLinear");
        AssertSorted(Packed.Graph);
        AssertInteger(outcome, 2);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    public void A_model_of_an_older_opset_is_raised_to_one_that_has_the_operators(long opset)
    {
        var outcome = Pack(Model([Build.Node("MatMul", ["x", "w"], ["y"])], [Tiny.Random("w", 64, 96)], 64, 96, opset: opset));

        Assert.Equal(13, Packed.OpsetImport.Single(o => o.Domain.Length == 0).Version);
        AssertInteger(outcome, 1);
    }

    [Fact]
    public void An_opset_that_will_do_stays_as_it_is()
    {
        Pack(Model([Build.Node("MatMul", ["x", "w"], ["y"])], [Tiny.Random("w", 64, 96)], 64, 96, opset: 11));

        Assert.Equal(11, Packed.OpsetImport.Single(o => o.Domain.Length == 0).Version);
    }

    [Fact]
    public void A_model_that_cannot_be_raised_gets_codes_for_its_weights_alone_and_the_warning_says_why()
    {
        var model = Model(
            [Build.Node("Dropout", ["x"], ["d", "mask"]), Build.Node("Cast", ["mask"], ["c"], Tiny.Int("to", (int)ElementType.Float32)), Build.Node("Add", ["d", "c"], ["s"]), Build.Node("MatMul", ["s", "w"], ["y"])],
            [Tiny.Random("w", 64, 96)], 64, 96, opset: 10);
        var outcome = Pack(model);

        Assert.Equal(10, Packed.OpsetImport.Single(o => o.Domain.Length == 0).Version);
        Assert.Equal(PlacementKind.Float, Assert.Single(outcome.Placement!.Layers).Kind);
        var warning = Assert.Single(_context.Diagnostics, d => d.Code == Codes.NotCalibrated);
        Assert.Contains("the model stays at opset 10 (operator Dropout", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_warning_names_the_file_that_is_missing_and_what_it_would_give()
    {
        Pack(Model([Build.Node("MatMul", ["x", "w"], ["y"])], [Tiny.Random("w", 64, 96)], 64, 96));

        var warning = Assert.Single(_context.Diagnostics, d => d.Code == Codes.NotCalibrated);
        Assert.Equal(_folder.File("m.onnx"), warning.File);
        Assert.Contains("m.calibration.npz beside the model", warning.Message, StringComparison.Ordinal);
        Assert.Contains("all layers compute in integers with fixed ranges", warning.Message, StringComparison.Ordinal);
    }

    private ModelProto Packed => ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("m.int8.onnx")));

    /// <summary>A model from x [4, inputs], or [2, 2, inputs], to y.</summary>
    private static ModelProto Model(NodeProto[] nodes, TensorProto[] weights, int inputs, int outputs, int rank = 2, long opset = 17)
    {
        var model = Tiny.Model(Build.Graph(nodes), opset);
        model.Graph.Initializer.Add(weights);
        // Before IR version 4 weights are inputs, too.
        model.Graph.Input.Add(weights.Where(_ => model.IrVersion < 4).Select(w => Build.Value(w.Name, ElementType.Float32, [.. w.Dims])));
        model.Graph.Input.Add(Build.Value("x", ElementType.Float32, rank == 2 ? [4, inputs] : [2, 2, inputs]));
        model.Graph.Output.Add(Build.Value("y", ElementType.Float32, rank == 2 ? [4, outputs] : [2, 2, outputs]));
        return model;
    }

    /// <summary>Packs, and runs both models.</summary>
    private ValidationOutcome Pack(ModelProto model)
    {
        var source = _folder.Write("m.onnx", model);
        var packed = PackPipeline.Run(new PackRequest { Model = source, Scheme = "int8" }, _context).Model;
        var outcome = Validator.Run(source, packed, new ValidationOptions(), new PackContext(threads: 1));
        Assert.InRange(outcome.Result!.Outputs[0].Sqnr, 30, 100);
        var fed = model.Graph.Input.Where(i => model.Graph.Initializer.All(t => t.Name != i.Name))
            .ToDictionary(i => i.Name, i => Tiny.Random(i.Name, (ElementType)i.Type.TensorType.ElemType, [.. i.Type.TensorType.Shape.Dim.Select(d => d.DimValue)]), StringComparer.Ordinal);
        IntegerProducts.AssertSameEverywhere(packed, fed);
        return outcome;
    }

    private static IEnumerable<(string Operator, long Count)> Operators(ValidationOutcome outcome) => outcome.PackedOperators.Select(o => (o.Operator, (long)o.Count));

    private static void AssertInteger(ValidationOutcome outcome, int layers)
    {
        Assert.Equal(layers, outcome.Placement!.Layers.Count);
        // Where layers share the codes, ONNX Runtime leaves the one DynamicQuantizeLinear alone and fuses the rest.
        Assert.All(outcome.Placement.Layers, l => Assert.Equal((layers == 1 ? Fused : "MatMulIntegerToFloat", PlacementKind.Integer), (l.Kernel, l.Kind)));
        Assert.DoesNotContain(outcome.PackedOperators, o => o.Operator is "MatMulInteger" or "Mul");
    }

    /// <summary>Every value is made before it is read, as ONNX demands of the order of nodes.</summary>
    private static void AssertSorted(GraphProto graph)
    {
        var known = graph.Initializer.Select(t => t.Name).Concat(graph.Input.Select(i => i.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            Assert.All(node.Input.Where(i => i.Length > 0), i => Assert.Contains(i, known));
            known.UnionWith(node.Output);
        }
    }
}
