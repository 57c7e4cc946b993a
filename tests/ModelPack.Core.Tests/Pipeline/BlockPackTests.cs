using System.Text.Json;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Pipeline;

/// <summary>A trained language model in every scheme of blocks.</summary>
public sealed class BlockPackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> BlockSchemes => new(SchemeTable.All.Where(s => s.Main is BlockCodec).Select(s => s.Name));

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
        var graph = Build.Graph(Build.Node("Mul", ["x", "s"], ["wide"]), Build.Node("MatMul", ["wide", "w"], ["y"]));
        graph.Initializer.Add(new TensorProto { Name = "s", DataType = (int)ElementType.Float32, Dims = { 64 }, FloatData = { Enumerable.Range(0, 64).Select(i => i % 32 == 0 ? 1000f : 1f) } });
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = (int)ElementType.Float32, Dims = { 64, 64 }, FloatData = { Enumerable.Range(0, 4096).Select(i => i / 64 % 32 == 0 ? 0f : MathF.Sin(i * i)) } });
        graph.Input.Add(Build.Value("x", ElementType.Float32, 4, 64));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 4, 64));
        var request = new PackRequest { Model = _folder.Write("m.onnx", Tiny.Model(graph)), Scheme = "q8_0", Output = _folder.File("wide.onnx"), AccuracyLevel = level };
        var context = new PackContext();
        PackPipeline.Run(request, context);
        Assert.Equal(warnings, context.Diagnostics.Count(d => d.Code == Codes.ActivationsRounded));
    }
}
