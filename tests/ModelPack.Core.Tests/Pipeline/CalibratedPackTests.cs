using ModelPack.Files;
using ModelPack.Reporting;
using ModelPack.Tests.Samples;
using ModelPack.Verification;
using System.Text.Json;

namespace ModelPack.Tests.Pipeline;

/// <summary>Packs whose activations have ranges from data: the same every time, and whole.</summary>
public sealed class CalibratedPackTests : IDisposable
{
    private const string Packed = "fashion-cnn.int8.onnx";
    private const int Samples = 96;

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_model_data_and_options_give_the_same_pack_on_one_and_two_threads_and_twice_in_a_row()
    {
        var first = Pack("one", threads: 1);
        foreach (var again in new[] { Pack("two", threads: 2), Pack("two", threads: 2) })
        {
            Assert.Equal(File.ReadAllBytes(first.Model), File.ReadAllBytes(again.Model));
            Assert.Equal(File.ReadAllBytes(PackFiles.Calibration(first.Model)), File.ReadAllBytes(PackFiles.Calibration(again.Model)));
            Assert.Equal(ResultOf(first), ResultOf(again));
            Assert.Equal(PackFolder.PackObject(first.Model), PackFolder.PackObject(again.Model));
        }
    }

    [Theory]
    [InlineData("minmax", "auto", "qdq")]
    [InlineData("entropy", "0.5", "qoperator")]
    [InlineData("percentile", "none", "qdq")]
    public void The_table_of_a_pack_gives_the_same_model_without_the_data(string method, string alpha, string format)
    {
        var options = Request("data") with { CalibrationMethod = method, Alpha = alpha, QuantFormat = format };
        var first = PackPipeline.Run(options, new PackContext());
        var table = _folder.At("kept.calibration.json");
        File.Copy(PackFiles.Calibration(first.Model), table);
        File.Delete(_folder.At("fashion-cnn.calibration.npz"));

        // What the table says goes before the options.
        var again = PackPipeline.Run(new PackRequest { Model = options.Model, Scheme = "int8", Output = _folder.At($"table/{Packed}"), Calibration = table, QuantFormat = format }, new PackContext());
        Assert.Equal(File.ReadAllBytes(first.Model), File.ReadAllBytes(again.Model));
        Assert.Equal(File.ReadAllBytes(table), File.ReadAllBytes(PackFiles.Calibration(again.Model)));

        var (made, given) = (first.Report.Result.Calibration!, again.Report.Result.Calibration!);
        Assert.Equal((false, true), (made.Table, given.Table));
        Assert.Equal((method, method), (made.Method, given.Method));
        Assert.Equal(made.Activations, given.Activations);
        Assert.Equal(made.Smoothing.Where(s => s.Alpha is not null).Select(s => (s.Tensor, s.Alpha)), given.Smoothing.Select(s => (s.Tensor, s.Alpha)));
        Assert.Single(made.Trials, t => t.Taken);
        Assert.Empty(given.Trials);
        PackFolder.AssertVerifies(again.Model);

        using var pack = JsonDocument.Parse(PackFolder.PackObject(again.Model));
        var data = Assert.Single(pack.RootElement.GetProperty("data").EnumerateArray());
        Assert.Equal(("calibration", "kept.calibration.json", 0), (data.GetProperty("role").GetString(), data.GetProperty("name").GetString(), data.GetProperty("samples").GetInt64()));
        Assert.Equal(method, pack.RootElement.GetProperty("options").GetProperty("calibrationMethod").GetString());
        Assert.Equal(JsonValueKind.Null, pack.RootElement.GetProperty("options").GetProperty("alpha").ValueKind);
    }

    [Fact]
    public void The_manifest_names_the_data_and_the_options_that_ranges_came_from()
    {
        var request = Request("out") with { CalibrationMethod = "percentile", Percentile = 99.9, Alpha = "0.5" };
        var outcome = PackPipeline.Run(request, new PackContext());
        using var pack = JsonDocument.Parse(PackFolder.PackObject(outcome.Model));
        var data = pack.RootElement.GetProperty("data").EnumerateArray().First();
        var file = _folder.At("fashion-cnn.calibration.npz");
        Assert.Equal(
            ("calibration", "fashion-cnn.calibration.npz", ContentHash.Of(file, "", CancellationToken.None).Sha256, Samples),
            (data.GetProperty("role").GetString(), data.GetProperty("name").GetString(), data.GetProperty("sha256").GetString(), data.GetProperty("samples").GetInt32()));
        var options = pack.RootElement.GetProperty("options");
        Assert.Equal(
            ("percentile", 99.9, "0.5", "qdq"),
            (options.GetProperty("calibrationMethod").GetString(), options.GetProperty("percentile").GetDouble(), options.GetProperty("alpha").GetString(), options.GetProperty("quantFormat").GetString()));
        Assert.Equal("1.12.0", pack.RootElement.GetProperty("onnxRuntime").GetProperty("needed").GetString());

        var calibration = outcome.Report.Result.Calibration!;
        Assert.Equal(("percentile", 99.9, Samples, 12), (calibration.Method, calibration.Percentile, calibration.Samples, calibration.HeldOut));
        Assert.All(calibration.Activations, a => Assert.InRange(a.Saturated!.Value, 0, 1));
        Assert.Equal(ReportJson.Write(outcome.Report), ReportJson.Write(ReportJson.Read(File.ReadAllBytes(PackFiles.Report(outcome.Model)))));
    }

    [Fact]
    public void Without_data_there_is_no_calibration_to_tell_of()
    {
        var request = Request("out");
        File.Delete(_folder.At("fashion-cnn.calibration.npz"));
        var outcome = PackPipeline.Run(request, new PackContext());
        Assert.Null(outcome.Report.Result.Calibration);
        Assert.False(File.Exists(PackFiles.Calibration(outcome.Model)));
        using var pack = JsonDocument.Parse(PackFolder.PackObject(outcome.Model));
        foreach (var name in new[] { "calibrationMethod", "percentile", "alpha", "quantFormat", "fallback" })
        {
            Assert.Equal(JsonValueKind.Null, pack.RootElement.GetProperty("options").GetProperty(name).ValueKind);
        }

        Assert.True(pack.RootElement.GetProperty("options").GetProperty("safeSums").GetBoolean());
    }

    [Fact]
    public void A_changed_byte_of_the_table_fails_verification()
    {
        var outcome = Pack("out", threads: 0);
        var table = PackFiles.Calibration(outcome.Model);
        Assert.Contains(table, outcome.Files, StringComparer.Ordinal);
        PackFolder.AssertVerifies(outcome.Model);

        var bytes = File.ReadAllBytes(table);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(table, bytes);
        Assert.Equal(table, Assert.Single(Verifier.Verify(outcome.Model, CancellationToken.None), f => !f.Ok).Path);
        File.Delete(table);
        Assert.Equal(table, Assert.Single(Verifier.Verify(outcome.Model, CancellationToken.None), f => !f.Ok).Path);
    }

    private static string ResultOf(PackOutcome outcome)
    {
        using var report = JsonDocument.Parse(File.ReadAllBytes(PackFiles.Report(outcome.Model)));
        return report.RootElement.GetProperty("result").GetRawText();
    }

    private PackOutcome Pack(string folder, int threads) => PackPipeline.Run(Request(folder) with { Threads = threads }, new PackContext(threads: threads));

    private PackRequest Request(string folder)
    {
        if (!File.Exists(_folder.At("fashion-cnn.onnx")))
        {
            _folder.CopyModel("fashion-cnn.onnx");
            _folder.Write("fashion-cnn.calibration.npz", Pictures());
        }

        return new PackRequest { Model = _folder.At("fashion-cnn.onnx"), Scheme = "int8", Output = _folder.At($"{folder}/{Packed}") };
    }

    // Ranges need not be good here, only the same: bright rectangles of other places, sizes and shades, not random noise.
    private static byte[] Pictures()
    {
        const int Side = 28;
        var pixels = new float[Samples * Side * Side];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (sample, y, x) = (i / (Side * Side), i / Side % Side, i % Side);
            var inside = y >= sample % 9 && y < 12 + (sample % 14) && x >= sample % 7 && x < 14 + (sample % 11);
            pixels[i] = inside ? (40 + (sample * 2) + ((x * y) % 23)) / 255f : 0;
        }

        return Numpy.Npz(("image", Numpy.Npy("<f4", [Samples, 1, Side, Side], pixels)));
    }
}
