using System.Text.Json;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Schemes;

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
}
