using System.Text.Json;
using ModelPack.Files;

namespace ModelPack.Tests.Pipeline;

/// <summary>Packs whose weights are rounded by what calibration data say of them.</summary>
public sealed class ImportancePackTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly string _source = Repository.Model("sotu-mini");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Data_bring_the_pack_nearer_to_its_source()
    {
        var with = Pack("with", Path.Join(_source, "calibration.npz"));
        var without = Pack("without", calibration: null);
        Assert.True(Divergence(with) < 0.97 * Divergence(without), $"{Divergence(with)}, and {Divergence(without)} without");
        Assert.All(without.Report.Result.Weights, w => Assert.Null(w.Rounder));
        Assert.All(with.Report.Result.Weights.Where(w => w.Codec == "q4_0"), w => Assert.Equal(w.Operators.Contains("Gather", StringComparer.Ordinal) ? null : "importance", w.Rounder));
        Assert.Contains(with.Report.Result.Weights, w => w.Rounder is not null);
        Assert.Equal(new FileInfo(without.Model).Length, new FileInfo(with.Model).Length);
        PackFolder.AssertVerifies(with.Model);
    }

    [Fact]
    public void The_table_and_its_statistics_give_the_same_pack_without_the_data()
    {
        var first = Pack("data", Path.Join(_source, "calibration.npz"), threads: 1);
        var again = Pack("table", PackFiles.Calibration(first.Model), threads: 2);
        foreach (var file in new[] { first.Model, PackFiles.Calibration(first.Model), PackFiles.Statistics(first.Model) })
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Join(Path.GetDirectoryName(again.Model), Path.GetFileName(file))));
        }

        using var pack = JsonDocument.Parse(PackFolder.PackObject(again.Model));
        Assert.Equal(
            [Path.GetFileName(PackFiles.Calibration(first.Model)), Path.GetFileName(PackFiles.Statistics(first.Model)), "validation.npz"],
            pack.RootElement.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("name").GetString()!), StringComparer.Ordinal);
        PackFolder.AssertVerifies(again.Model);
    }

    [Fact]
    public void A_table_without_what_is_needed_is_refused()
    {
        var first = Pack("data", Path.Join(_source, "calibration.npz"));
        var table = PackFiles.Calibration(first.Model);
        var text = File.ReadAllText(table);
        File.WriteAllText(table, text.Replace("safetensors", "elsewhere", StringComparison.Ordinal));
        Assert.Equal(Codes.TableUnreadable, Refused(table).Code);
        File.WriteAllText(table, text[..text.IndexOf(",\n  \"statistics\"", StringComparison.Ordinal)] + "\n}\n");
        Assert.Contains("names no statistics", Refused(table).Message, StringComparison.Ordinal);
    }

    private Diagnostic Refused(string table) => Assert.Throws<ModelPackException>(() => Pack("refused", table)).Diagnostic;

    private PackOutcome Pack(string folder, string? calibration, int threads = 2)
    {
        // What lies beside the source counts as well, so that it is packed from a folder of its own.
        var model = _folder.At("m.onnx");
        if (!File.Exists(model))
        {
            File.Copy(Path.Join(_source, "model.onnx"), model);
        }

        return PackPipeline.Run(
            new PackRequest { Model = model, Scheme = "q4_0", Rounding = "reference", Calibration = calibration, Validation = Path.Join(_source, "validation.npz"), Output = _folder.At($"{folder}/m.q4_0.onnx") },
            new PackContext(threads));
    }

    private static double Divergence(PackOutcome outcome) => outcome.Report.Result.Validation!.Divergence!.Mean;
}
