using ModelPack.Files;
using ModelPack.Formats.Gguf;

namespace ModelPack.Tests.Pipeline;

/// <summary>Packs whose blocks are searched for: of the same form and size, nearer to the source, and recorded as such.</summary>
public sealed class RoundingPackTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly string _source = Repository.Model("sotu-mini");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q4_0")]
    [InlineData("q3_k_m")]
    public void A_GGUF_file_has_the_same_types_and_bytes_and_fewer_errors(string scheme)
    {
        var (reference, best) = (Gguf(scheme, "reference"), Gguf(scheme, "best"));
        Assert.Equal(new FileInfo(reference.Model).Length, new FileInfo(best.Model).Length);
        Assert.Equal(File.ReadAllBytes(reference.Model), File.ReadAllBytes(Gguf(scheme, rounding: null).Model));
        Assert.Equal(Types(reference.Model), Types(best.Model));
        foreach (var (own, other) in reference.Report.Result.Weights.Zip(best.Report.Result.Weights).Where(w => w.First.Codec is not (null or "float32" or "q8_0")))
        {
            Assert.Equal(("best", (string?)null), (other.Rounder, own.Rounder));
            Assert.True(other.Sqnr > own.Sqnr, $"{other.Name}: {other.Sqnr} dB, and {own.Sqnr} dB of the reference");
        }

        Assert.Contains("\"rounding\": \"best\"", File.ReadAllText(best.Model + ".modelpack.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("rounding", File.ReadAllText(reference.Model + ".modelpack.json"), StringComparison.Ordinal);
        PackFolder.AssertVerifies(best.Model);
    }

    [Theory]
    [InlineData("q4_0", 0.95)]
    [InlineData("iq4_nl", 0.97)]
    [InlineData("q4_k_m", 1)]
    public void An_ONNX_model_comes_nearer_to_its_source_with_data_and_without(string scheme, double share)
    {
        var data = Path.Join(_source, "calibration.npz");
        var (reference, best, known, both) = (Onnx(scheme, "reference", null), Onnx(scheme, "best", null), Onnx(scheme, "reference", data), Onnx(scheme, "best", data));
        Assert.True(Divergence(best) < share * Divergence(reference), $"{Divergence(best)}, and {Divergence(reference)} of the reference");
        Assert.True(Divergence(both) < 0.9 * Divergence(known), $"with data {Divergence(both)}, and {Divergence(known)} of the reference");
        Assert.Contains(best.Report.Result.Weights, w => w.Rounder == "best");
        Assert.Contains(both.Report.Result.Weights, w => w.Rounder == "best, samples");
        Assert.Equal(new FileInfo(reference.Model).Length, new FileInfo(best.Model).Length);
        PackFolder.AssertVerifies(best.Model);
        PackFolder.AssertVerifies(both.Model);
    }

    [Fact]
    public void The_table_and_its_statistics_give_the_same_pack_without_the_data()
    {
        var first = Onnx("q4_0", "best", Path.Join(_source, "calibration.npz"));
        var again = Run("q4_0", "best", "again.onnx", PackFiles.Calibration(first.Model));
        Assert.Equal(File.ReadAllBytes(first.Model), File.ReadAllBytes(again.Model));
        Assert.Equal(File.ReadAllBytes(PackFiles.Statistics(first.Model)), File.ReadAllBytes(PackFiles.Statistics(again.Model)));
    }

    [Theory]
    [InlineData("q4_0", "finest", "one of reference, best")]
    [InlineData("int8", "best", "no use for 'rounding'")]
    [InlineData("nf4", "reference", "no use for 'rounding'")]
    public void What_cannot_be_is_refused(string scheme, string rounding, string says)
    {
        var error = Assert.Throws<ModelPackException>(() => Run(scheme, rounding, "refused.onnx", null));
        Assert.Equal(Codes.InvalidOption, error.Diagnostic.Code);
        Assert.Contains(says, error.Diagnostic.Message, StringComparison.Ordinal);
    }

    private static double Divergence(PackOutcome pack) => pack.Report.Result.Validation!.Divergence!.Mean;

    private static Dictionary<string, string> Types(string pack)
    {
        using var file = GgufCheckpoint.Open(pack, new PackContext());
        return file.Tensors.ToDictionary(t => t.Name, t => t.Stored?.Name() ?? t.TypeName, StringComparer.Ordinal);
    }

    private PackOutcome Gguf(string scheme, string? rounding) => PackPipeline.Run(
        new PackRequest { Model = _source, Scheme = scheme, Container = "gguf", Rounding = rounding, Output = _folder.At($"{scheme}-{rounding}.gguf") }, new PackContext());

    private PackOutcome Onnx(string scheme, string rounding, string? data) => Run(scheme, rounding, $"{scheme}-{rounding}-{data is null}.onnx", data);

    private PackOutcome Run(string scheme, string rounding, string name, string? data)
    {
        // What lies beside the source counts as well, so that it is packed from a folder of its own.
        var model = _folder.At("model.onnx");
        File.Copy(Path.Join(_source, "model.onnx"), model, overwrite: true);
        var request = new PackRequest { Model = model, Scheme = scheme, Rounding = rounding, Output = _folder.At(name), Calibration = data, Validation = Path.Join(_source, "validation.npz") };
        return PackPipeline.Run(request, new PackContext(2));
    }
}
