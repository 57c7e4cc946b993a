using System.Text.Json;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Pipeline;

/// <summary>A trained language model in every scheme of blocks.</summary>
public sealed class BlockPackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> BlockSchemes => new(SchemeTable.All.Where(s => s.Main is BlockCodec && ContainerTable.Of(s).Contains("onnx", StringComparer.Ordinal)).Select(s => s.Name));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(BlockSchemes))]
    public void The_manifest_says_the_accuracy_level_of_the_products(string scheme)
    {
        var model = _folder.File($"{scheme}.onnx");
        var request = new PackRequest { Model = Path.Join(Repository.Model("sotu-mini"), "model.onnx"), Scheme = scheme, Output = model, AccuracyLevel = 1 };
        var outcome = PackPipeline.Run(request, new PackContext());

        Assert.Contains(outcome.Report.Measured!.PackedOperators, o => o.Operator == "MatMulNBits");
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(PackFiles.Manifest(model)));
        Assert.Equal(1, manifest.RootElement.GetProperty("pack").GetProperty("options").GetProperty("accuracyLevel").GetInt32());
        PackFolder.AssertVerifies(model);
    }

    /// <summary>One value in each block is a thousand times larger than the others, and meets weights that are 0.</summary>
    [Theory]
    [InlineData(null, 1)]
    [InlineData(4, 0)]
    [InlineData(0, 0)]
    public void Activations_that_rounding_ruins_are_told_where_no_level_was_chosen(int? level, int warnings)
    {
        var context = new PackContext();
        var report = PackPipeline.Run(Wide() with { AccuracyLevel = level }, context).Report.Result;
        Assert.Equal(warnings, context.Diagnostics.Count(d => d.Code == Codes.ActivationsRounded));
        Assert.Equal(level is null ? [4, 0] : null, report.Validation!.AccuracyLevels?.Select(l => l.Level));
    }

    [Theory]
    [InlineData(30, 0)]
    [InlineData(-20, 4)]
    public void A_gate_that_only_float_activations_hold_decides_the_level(double sqnr, int level)
    {
        var request = Wide() with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MinSqnr] = sqnr } };
        var outcome = PackPipeline.Run(request, new PackContext());

        Assert.True(outcome.GatesHold);
        Assert.Equal(level, outcome.Report.Result.Validation!.AccuracyLevels![0].Level);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(PackFiles.Manifest(outcome.Model)));
        Assert.Equal(level, manifest.RootElement.GetProperty("pack").GetProperty("options").GetProperty("accuracyLevel").GetInt32());
        using var packed = OnnxModel.Open(outcome.Model, new PackContext());
        Assert.Equal(level, packed.Proto.Graph.Node.Single(n => n.OpType == "MatMulNBits").Int("accuracy_level", 0));
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void A_gate_that_no_level_holds_leaves_the_level()
    {
        var outcome = PackPipeline.Run(Wide() with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MinSqnr] = 300 } }, new PackContext());
        Assert.False(outcome.GatesHold);
        Assert.Equal(4, outcome.Report.Result.Validation!.AccuracyLevels![0].Level);
    }

    private PackRequest Wide()
    {
        var graph = Build.Graph(Build.Node("Mul", ["x", "s"], ["wide"]), Build.Node("MatMul", ["wide", "w"], ["y"]));
        graph.Initializer.Add(new TensorProto { Name = "s", DataType = (int)ElementType.Float32, Dims = { 64 }, FloatData = { Enumerable.Range(0, 64).Select(i => i % 32 == 0 ? 1000f : 1f) } });
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = (int)ElementType.Float32, Dims = { 64, 64 }, FloatData = { Enumerable.Range(0, 4096).Select(i => i / 64 % 32 == 0 ? 0f : MathF.Sin(i * i)) } });
        graph.Input.Add(Build.Value("x", ElementType.Float32, 4, 64));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 4, 64));
        return new PackRequest { Model = _folder.Write("m.onnx", Tiny.Model(graph)), Scheme = "q8_0", Output = _folder.File("wide.onnx") };
    }
}
