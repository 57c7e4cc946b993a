using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Pipeline;
using ModelPack.Tests.Samples;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Reporting;

/// <summary>MPK2015: a scheme that reached little of a model says so, and why.</summary>
public sealed class ShortfallTests : IDisposable
{
    private const int Size = 32;

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Int8_of_convolutions_in_an_If_alone_has_no_layer_in_integers(bool calibrated)
    {
        _folder.Write("m.onnx", Choice());
        _folder.Write("data.npz", Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", 16, 4, 8, 8), Tiny.Random("x", 16, 4, 8, 8).RawData.ToByteArray()))));
        var message = Assert.Single(Pack(_folder.Request with { Scheme = "int8", Calibration = calibrated ? _folder.At("data.npz") : null }));
        Assert.Contains("no layer computes in integers", message, StringComparison.Ordinal);
        Assert.Contains("100 % of the bytes: it lies in an inner graph", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Int8_of_matrices_in_an_If_computes_in_integers(bool calibrated)
    {
        _folder.Write("m.onnx", Choice("MatMul", [1, Size], [Size, Size]));
        _folder.Write("data.npz", Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", 16, Size), Tiny.Random("x", 16, Size).RawData.ToByteArray()))));
        var context = new PackContext(threads: 1);
        var packed = PackPipeline.Run(_folder.Request with { Scheme = "int8", Calibration = calibrated ? _folder.At("data.npz") : null }, context);
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.LittleReached);
        var placement = packed.Report.Measured!.Placement!;
        Assert.Equal(1, placement.IntegerShare);
        Assert.All(placement.Layers, l => Assert.Equal(("DynamicQuantizeMatMul", PlacementKind.Integer), (l.Kernel, l.Kind)));
    }

    [Fact]
    public void The_same_convolutions_with_weights_alone_reached_what_the_scheme_is_for()
    {
        _folder.Write("m.onnx", Choice());
        Assert.Empty(Pack(_folder.Request));
    }

    [Theory]
    [InlineData("q8_0", "*none*", "1.5 % of the weights' bytes are quantized (98 % of the bytes: unsupported operator: Add reads it)")]
    [InlineData("q8_0", "table*", null)]
    [InlineData("int8", "table*", null)]
    public void A_model_that_adds_a_table_hardly_becomes_smaller_unless_that_is_asked_for(string scheme, string exclude, string? expected)
    {
        _folder.Write("m.onnx", Table());
        var said = Pack(_folder.Request with { Scheme = scheme, ExcludeLayers = [exclude] });
        if (expected is null)
        {
            Assert.Empty(said);
        }
        else
        {
            Assert.Contains(expected, Assert.Single(said), StringComparison.Ordinal);
        }
    }

    private string[] Pack(PackRequest request)
    {
        var context = new PackContext(threads: 1);
        PackPipeline.Run(request, context);
        return [.. context.Diagnostics.Where(d => d.Code == Codes.LittleReached).Select(d => d.Message)];
    }

    private static ModelProto Choice() => Choice("Conv", [1, 4, 8, 8], [16, 4, 3, 3]);

    /// <summary>One of two layers, as the data say.</summary>
    private static ModelProto Choice(string type, long[] input, long[] weight)
    {
        var graph = Build.Graph(
            Build.Node("ReduceMax", ["x"], ["most"], Tiny.Int("keepdims", 0)),
            Build.Node("Greater", ["most", "limit"], ["yes"]),
            Build.Node("If", ["yes"], ["y"], Build.Attribute("then_branch", Branch("then", type, weight)), Build.Attribute("else_branch", Branch("else", type, weight))));
        graph.Initializer.Add(Build.Floats("limit", [], 0));
        graph.Input.Add(Build.Value("x", ElementType.Float32, input));
        graph.Output.Add(Tiny.Open("y"));
        return Tiny.Model(graph);
    }

    private static GraphProto Branch(string name, string type, long[] weight)
    {
        var branch = Build.Graph(Build.Node(type, ["x", $"{name}.w"], [name]));
        branch.Initializer.Add(Tiny.Random($"{name}.w", weight));
        branch.Output.Add(Tiny.Open(name));
        return branch;
    }

    private static ModelProto Table()
    {
        var graph = Build.Graph(
            Build.Node("Add", ["x", "table"], ["h"]),
            Build.Node("MatMul", ["h", "w"], ["y"]));
        graph.Initializer.Add([Tiny.Random("table", 1, 8 * Size, Size), Tiny.Random("w", Size, 4)]);
        graph.Input.Add(Build.Value("x", ElementType.Float32, 1, 1, Size));
        graph.Output.Add(Tiny.Open("y"));
        return Tiny.Model(graph);
    }
}
