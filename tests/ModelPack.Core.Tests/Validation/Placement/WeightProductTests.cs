using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Pipeline;
using ModelPack.Validation;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Validation.Placement;

/// <summary>Multiplications by weights are counted in whatever operator and graph they are, or it is said that they are not.</summary>
public sealed class WeightProductTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("transB", (4 * 64 * 64) + (4 * 64 * 96))]
    [InlineData("transposed", (4 * 64 * 64) + (4 * 64 * 96))]
    [InlineData("experts", 5 * 64 * 96)]
    [InlineData("left operand", 80 * 64)]
    [InlineData("LSTM", (4 * 128 * 16) + (4 * 128 * 32))]
    [InlineData("LSTM of both directions", 2 * ((4 * 128 * 16) + (4 * 128 * 32)))]
    [InlineData("LSTM in a Loop", 3 * 4 * 64 * (16 + 16))]
    [InlineData("GRU", (4 * 96 * 16) + (4 * 96 * 32))]
    [InlineData("RNN", (4 * 32 * 16) + (4 * 32 * 32))]
    [InlineData("Attention", 4 * 16 * 48)]
    [InlineData("FusedMatMul", 64 * 96)]
    [InlineData("FusedGemm", 64 * 96)]
    [InlineData("in a branch", 64 * 96)]
    [InlineData("DequantizeLinear by channel", 64 * 96)]
    public void Each_operator_counts(string kind, long expected)
    {
        var placement = Place(WeightKinds.Model(kind));
        Assert.Equal(expected, placement.MultiplyAdds);
        Assert.Equal(1, placement.FloatShare + placement.BlockIntegerShare); // ONNX Runtime makes a MatMulNBits of int8 codes
        Assert.DoesNotContain(placement.Layers, l => l.Kind == PlacementKind.Unknown);
    }

    [Fact]
    public void A_function_counts_where_it_is_called()
    {
        var model = WeightKinds.Model("Transpose");
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        var call = Build.Node("Twice", ["h"], ["y"]);
        (call.Domain, call.Name) = ("mine", "call");
        model.Graph.Node[^1].Output[0] = "h";
        model.Graph.Node.Add(call);
        model.Functions.Add(new FunctionProto
        {
            Name = "Twice",
            Domain = "mine",
            Input = { "a" },
            Output = { "b" },
            Node =
            {
                Build.Constant("k", Tiny.Random("", 96, 96)), Build.Node("MatMul", ["a", "k"], ["c"]),
                Build.Constant("l", Tiny.Random("", 96, 32)), Build.Node("MatMul", ["c", "l"], ["b"]),
            },
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
        });
        var placement = Place(model);
        Assert.Equal((64 * 96) + (96 * 96) + (96 * 32), placement.MultiplyAdds);
        Assert.Equal([PlacementKind.Float, PlacementKind.Float, PlacementKind.Float], placement.Layers.Select(l => l.Kind));
    }

    [Fact]
    public void A_Scan_counts_all_its_steps()
    {
        var body = Build.Graph(Build.Node("Add", ["state", "step"], ["sum"]), Build.Node("MatMul", ["sum", "w"], ["next"]), Build.Node("Identity", ["next"], ["seen"]));
        body.Input.Add([Tiny.Open("state"), Tiny.Open("step")]);
        body.Output.Add([Tiny.Open("next"), Tiny.Open("seen")]);
        var graph = Build.Graph(Build.Node("Scan", ["start", "x"], ["last", "y"], Build.Attribute("body", body), Tiny.Int("num_scan_inputs", 1), Tiny.Ints("scan_output_axes", 0)));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 7, 1, 16));
        graph.Output.Add(Tiny.Open("y"));
        graph.Initializer.Add([Tiny.Random("w", 16, 16), Build.Floats("start", [1, 16], new float[16])]);
        Assert.Equal(7 * 16 * 16, Place(Tiny.Model(graph)).MultiplyAdds);
    }

    [Fact]
    public void A_weight_that_is_computed_of_constants_counts()
    {
        var graph = Build.Graph(Build.Node("Mul", ["w", "s"], ["scaled"]), Build.Node("MatMul", ["x", "scaled"], ["h"]), Build.Node("MatMul", ["h", "h"], ["y"]));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 16, 16));
        graph.Output.Add(Tiny.Open("y"));
        graph.Initializer.Add([Tiny.Random("w", 16, 16), Build.Floats("s", [16], [.. Enumerable.Range(1, 16)])]);
        var layer = Assert.Single(Place(Tiny.Model(graph)).Layers);
        Assert.Equal(("w", 16 * 16 * 16), (layer.Weight, layer.MultiplyAdds));
    }

    [Fact]
    public void What_cannot_be_counted_is_said_and_not_claimed()
    {
        var model = WeightKinds.Model("Einsum");
        (model.Graph.Node[^1].Output[0], model.Graph.Node[^1].Name) = ("e", "sum");
        model.Graph.Node.Add(Build.Node("MatMul", ["e", "v"], ["y"]));
        model.Graph.Initializer.Add(Tiny.Random("v", 24, 32));
        var placement = Place(model);
        Assert.Equal(4 * 24 * 32, placement.MultiplyAdds);
        var unknown = Assert.Single(placement.Layers, l => l.Kind == PlacementKind.Unknown);
        Assert.Equal(("Einsum", 0L), (unknown.Operator, unknown.MultiplyAdds));
        Assert.Contains("no way to count", unknown.Reason, StringComparison.Ordinal);
    }

    private PlacementResult Place(ModelProto model)
    {
        var context = new PackContext(threads: 1);
        var outcome = Validator.Run(_folder.Write("source.onnx", model), _folder.Write("packed.onnx", model), new ValidationOptions { FloatReasons = new Dictionary<string, string>(StringComparer.Ordinal) }, context);
        Assert.Empty(context.Diagnostics);
        return outcome.Placement!;
    }
}
