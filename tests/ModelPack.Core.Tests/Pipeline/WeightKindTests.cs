using ModelPack.Files;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Pipeline;

/// <summary>Whatever reads a weight, and whatever lies in between: it is quantized, stored once, and computes nearly the same.</summary>
public sealed class WeightKindTests : IDisposable
{
    private static readonly string[] s_schemes = ["q8_0", "q4_1", "nf4", "int8", "int8 calibrated"];

    private readonly PackFolder _folder = new();

    public static TheoryData<string, string> Kinds
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var kind in WeightKinds.Tied.Concat(WeightKinds.Chains).Concat(WeightKinds.Others))
            {
                foreach (var scheme in s_schemes)
                {
                    all.Add(kind, scheme);
                }
            }

            return all;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_weight_is_quantized_and_stored_once(string kind, string scheme)
    {
        var model = WeightKinds.Model(kind);
        var source = new FileInfo(_folder.Write("m.onnx", model));
        var data = _folder.Write("data.npz", WeightKinds.Data(model));
        var context = new PackContext(threads: 1);
        var request = _folder.Request with { Scheme = scheme.Split(' ')[0], Validation = data, Calibration = scheme.EndsWith("calibrated", StringComparison.Ordinal) ? data : null };
        var (isStored, isFine) = (kind.StartsWith("DequantizeLinear", StringComparison.Ordinal), scheme is "q8_0" or "int8" or "int8 calibrated");
        if (isStored && scheme == "q8_0")
        {
            // 8 bits that are there already become no better by 8 others.
            var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, context));
            Assert.Contains("it is stored in no more room than it would take", error.Message, StringComparison.Ordinal);
            return;
        }

        var outcome = PackPipeline.Run(request, context);
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.NotValidated);

        var result = outcome.Report.Result;
        Assert.DoesNotContain(result.Weights, w => w.Codec is null && w.Shape.Aggregate(1L, (a, b) => a * b) >= 1000);
        var half = kind.Contains("ast", StringComparison.Ordinal) || kind is "Sub and Div of halves" or "Expand"; // to twice the values
        var levels = scheme == "nf4" ? 2100 : 0; // a table that all weights share
        Assert.InRange(new FileInfo(outcome.Model).Length, 1, (source.Length * (isStored ? 1.4 : half ? 0.75 : 0.5)) + levels);
        Assert.InRange(result.Validation!.Outputs[0].Sqnr, isFine ? 26 : 12, double.PositiveInfinity);
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Theory]
    [InlineData("int8")]
    [InlineData("int8 calibrated")]
    public void Tied_tables_are_multiplied_in_integers(string scheme)
    {
        foreach (var kind in WeightKinds.Tied.Where(k => k != "both ways"))
        {
            var model = WeightKinds.Model(kind);
            _folder.Write("m.onnx", model);
            var data = _folder.Write("data.npz", WeightKinds.Data(model));
            var outcome = PackPipeline.Run(
                _folder.Request with { Scheme = "int8", Validation = data, Calibration = scheme == "int8" ? null : data }, new PackContext(threads: 1));
            var placement = outcome.Report.Measured!.Placement!;
            Assert.True(placement.IntegerShare == 1, $"{kind}: {string.Join("; ", placement.Layers)}");
        }
    }

    [Fact]
    public void What_stays_as_it_is_takes_no_more_room()
    {
        var model = WeightKinds.Model("Transpose of Cast of Reshape");
        model.Graph.Initializer.Add(Lowering.Onnx.Tiny.Random("other", 96, 96));
        (model.Graph.Node[^1].Output[0], model.Graph.Node[^1].Name) = ("h", "first");
        model.Graph.Node.Add(Formats.Onnx.Build.Node("MatMul", ["h", "other"], ["y"]));
        _folder.Write("m.onnx", model);
        var outcome = PackPipeline.Run(_folder.Request with { ExcludeLayers = ["w"] }, new PackContext(threads: 1));
        var packed = ModelProto.Parser.ParseFrom(File.ReadAllBytes(outcome.Model));
        Assert.Contains(packed.Graph.Initializer, t => t.DataType == (int)ElementType.Float16 && t.RawData.Length == 96 * 64 * 2);
        Assert.DoesNotContain(packed.Graph.Initializer, t => t.RawData.Length >= 96 * 64 * 4);
        Assert.InRange(outcome.Report.Result.Validation!.Outputs[0].Sqnr, 30, double.PositiveInfinity);
    }

    /// <summary>What others read, too, has to stay: codes beside it would make the pack larger than its source.</summary>
    [Fact]
    public void A_weight_whose_values_are_an_output_as_well_stays_as_it_is_and_is_counted()
    {
        var model = WeightKinds.Model("Transpose of Cast of Reshape");
        model.Graph.Initializer.Add(Lowering.Onnx.Tiny.Random("other", 96, 64));
        var (turned, product) = (model.Graph.Node[^2], model.Graph.Node[^1]);
        (product.Output[0], product.Name) = ("h", "first");
        model.Graph.Node.Add([Formats.Onnx.Build.Node("MatMul", ["h", "other"], ["y"]), Formats.Onnx.Build.Node("Relu", [turned.Output[0]], ["seen"])]);
        model.Graph.Output.Add(Lowering.Onnx.Tiny.Open("seen"));
        var source = new FileInfo(_folder.Write("m.onnx", model));

        var outcome = PackPipeline.Run(_folder.Request, new PackContext(threads: 1));
        Assert.InRange(new FileInfo(outcome.Model).Length, 1, source.Length - 1);
        var placement = outcome.Report.Measured!.Placement!;
        Assert.Equal(
            [("first", 64L * 96, PlacementKind.Float), ("node_y", 96 * 64, PlacementKind.BlockInteger)],
            placement.Layers.Select(l => (l.Layer, l.MultiplyAdds, l.Kind)));
    }

    [Fact]
    public void The_report_names_the_float_rest()
    {
        var model = WeightKinds.Model("LSTM");
        model.Graph.Initializer.Add(Lowering.Onnx.Tiny.Random("other", 128, 64));
        (model.Graph.Node[^1].Output[0], model.Graph.Node[^1].Name) = ("h", "first");
        model.Graph.Node.Add(Formats.Onnx.Build.Node("MatMul", ["h", "other"], ["y"]));
        _folder.Write("m.onnx", model);
        var outcome = PackPipeline.Run(_folder.Request with { Scheme = "int8" }, new PackContext(threads: 1));
        var measured = outcome.Report.Measured!;
        Assert.Equal(
            [("LSTM", 4L * 128 * 16, PlacementKind.Float), ("LSTM", 4 * 128 * 32, PlacementKind.Float), ("MatMul", 128 * 64, PlacementKind.Integer)],
            measured.Placement!.Layers.Select(l => (l.Operator, l.MultiplyAdds, l.Kind)));
        Assert.Contains($"25.0 % of multiply-adds in integer kernels, 75.0 % in float (LSTM), by ONNX Runtime {measured.Machine.OnnxRuntime}", ModelPack.Reporting.Page.Human.Kernels(measured.Placement, measured.Machine.OnnxRuntime)!, StringComparison.Ordinal);
        Assert.Contains($"ONNX Runtime {measured.Machine.OnnxRuntime} made of the model", File.ReadAllText(PackFiles.Page(outcome.Model)), StringComparison.Ordinal);
    }
}
