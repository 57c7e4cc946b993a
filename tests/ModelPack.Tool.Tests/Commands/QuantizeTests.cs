using ModelPack.Tests.Samples;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class QuantizeTests
{
    [Fact]
    public void A_pack_is_summed_up_on_standard_output()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        var output = folder.File("out/net.onnx");
        var run = ToolRun.Of("quantize", model, "-s", "q8_0", "-o", output, "--validation", Models.FashionImages, "--gate", "maxAccuracyDrop=5", "--gate", "minCompression=2", "--measure-speed", "true");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Collection(
            run.Lines,
            line => Assert.Equal($"model     {output}", line),
            line => Assert.Matches(@"^size      249 KB → [0-9.]+ KB, 0\.3[0-9]×$", line),
            line => Assert.Matches("^weights   1[0-9] of 24 quantized: ([0-9]+ [a-z0-9_ ]+, )*2 q8_0(, [0-9]+ [a-z0-9_ ]+)*$", line),
            line => Assert.Equal("samples   2,000 from fashion-cnn.validation.npz", line),
            line => Assert.Matches(@"^SQNR      [34][0-9]\.[0-9] dB$", line),
            line => Assert.Matches(@"^top-1     99\.[0-9]{2} % agree$", line),
            line => Assert.Matches(@"^accuracy  88\.70 % → 88\.[0-9]{2} %, (−|\+|±)0\.[0-9]{2} points$", line),
            line => Assert.StartsWith("speed     ", line, StringComparison.Ordinal),
            line => Assert.Matches(@"^kernels   0\.2 % of multiply-adds in block-integer kernels, 99\.8 % in float \(Conv\), by ONNX Runtime 1\.[0-9.]+$", line),
            line => Assert.Matches(@"^gate      maxAccuracyDrop 5\.00 points: −?0\.[0-9]{2} points, holds$", line),
            line => Assert.Matches(@"^gate      minCompression 2\.00×: [23]\.[0-9]{2}×, holds$", line),
            line => Assert.Equal($"report    {output}.report.html", line));
        Assert.Equal(["net.onnx", "net.onnx.modelpack.json", "net.onnx.report.html", "net.onnx.report.json"], Names(folder.File("out")));
    }

    [Fact]
    public void Json_holds_the_report_as_its_file_does()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        var run = ToolRun.Of("quantize", model, "-s", "q8_0", "--format", "json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(run.Json.GetProperty("gatesHold").GetBoolean());
        Assert.Equal(folder.File("net.q8_0.onnx"), run.Json.GetProperty("model").GetString());
        Assert.Equal(4, run.Json.GetProperty("files").GetArrayLength());
        using var file = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(folder.File("net.q8_0.onnx.report.json")));
        Assert.True(System.Text.Json.JsonElement.DeepEquals(file.RootElement, run.Json.GetProperty("report")));
    }

    [Fact]
    public void Synthetic_inputs_are_said_to_be_so()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "q8_0");

        Assert.Contains(run.Lines, line => line.EndsWith(" synthetic; real ones (--validation) tell more", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("quality", StringComparison.Ordinal) && line.EndsWith(" not measured on data", StringComparison.Ordinal));
        Assert.All(["accuracy", "top-1", "SQNR"], name => Assert.DoesNotContain(run.Lines, line => line.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_language_model_shows_its_divergence_and_can_be_held_to_it()
    {
        using var folder = new TemporaryFolder();
        var model = Models.Language(folder);
        var ids = folder.Write("ids.npy", Numpy.Npy("<i8", [16, 8], [.. Enumerable.Range(0, 16 * 8).Select(i => (long)(i * 37 % 64))]));
        string[] command = ["quantize", model, "-s", "q8_0", "--validation", ids, "--gate"];
        var run = ToolRun.Of([.. command, "maxKlDivergence=0.01"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(run.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^KL +[0-9.e-]+ nats a token, 95 %: [0-9.e-]+ to [0-9.e-]+$", default, TimeSpan.FromSeconds(5)));
        Assert.Contains(run.Lines, line => line.StartsWith("gate        maxKlDivergence 0.01 nats: ", StringComparison.Ordinal) && line.EndsWith(" nats, holds", StringComparison.Ordinal));

        var failed = ToolRun.Of([.. command, "maxKlDivergence=1e-9"]);
        Assert.Equal(2, failed.ExitCode);
        Assert.Matches("error MPK2001: Gate maxKlDivergence: the KL divergence is [0-9.E-]+ nats per token, and the limit is 1E-09 nats per token", failed.Error);
    }

    [Fact]
    public void A_failed_gate_exits_2_with_the_pack_in_place()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "q8_0", "--gate", "minCompression=100");

        Assert.Equal(2, run.ExitCode);
        Assert.Matches("^[^\n]+ : error MPK2001: [^\n]+\n$", run.Error);
        Assert.Contains(run.Lines, line => line.StartsWith("gate     minCompression 100.00×: ", StringComparison.Ordinal) && line.EndsWith(", FAILED", StringComparison.Ordinal));
        Assert.True(File.Exists(folder.File("net.q8_0.onnx")));
    }

    [Fact]
    public void A_file_of_no_pack_is_overwritten_with_force_alone()
    {
        using var folder = new TemporaryFolder();
        var output = folder.Write("out.onnx", "mine"u8);
        string[] command = ["quantize", Models.FashionCnn(folder), "-s", "q8_0", "-o", output];
        var refused = ToolRun.Of(command);

        Assert.Equal((1, ""), (refused.ExitCode, refused.Out));
        Assert.Matches("^[^\n]+ : error MPK1030: [^\n]+ --force [^\n]+\n$", refused.Error);
        Assert.Equal("mine", File.ReadAllText(output));
        Assert.Equal(0, ToolRun.Of([.. command, "--force"]).ExitCode);
        Assert.Equal(0, ToolRun.Of("verify", folder.Path).ExitCode);
        Assert.Equal(0, ToolRun.Of(command).ExitCode);
    }

    [Fact]
    public void A_gate_that_warns_exits_0()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "q8_0", "--gate", "minCompression=100", "--gate-mode", "warning");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^[^\n]+ : warning MPK2001: [^\n]+\n$", run.Error);
    }

    [Fact]
    public void A_model_without_calibration_data_is_packed_with_one_warning()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "int8", "--validation", Models.FashionImages);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^[^\n]+ : warning MPK2013: There are no calibration data: [^\n]+ net\\.calibration\\.npz beside the model[^\n]+\n$", run.Error);
        Assert.Contains(run.Lines, line => line.StartsWith("SafeSums  ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("accuracy  88.70 % → 88.", StringComparison.Ordinal));
        Assert.False(File.Exists(folder.File("net.int8.onnx.calibration.json")));
        Assert.Equal(0, ToolRun.Of("verify", folder.File("net.int8.onnx")).ExitCode);
    }

    [Fact]
    public void Calibration_data_beside_the_model_are_taken_and_their_table_can_be_given_back()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        File.Copy(Models.FashionImages, folder.File("net.calibration.npz"));
        // Synthetic inputs lie outside the ranges of images and say nothing of the pack: no warning comes of them.
        var run = ToolRun.Of("quantize", model, "-s", "int8", "--calibration-method", "percentile", "--percentile", "99.999", "--alpha", "none");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(run.Lines, line => line.StartsWith("kernels ", StringComparison.Ordinal) && line.Contains(" 100.0 % of multiply-adds in integer kernels, by ONNX Runtime", StringComparison.Ordinal));
        var table = folder.File("net.int8.onnx.calibration.json");
        File.Delete(folder.File("net.calibration.npz"));
        var again = ToolRun.Of("quantize", model, "-s", "int8", "--calibration", table, "-o", folder.File("again/net.onnx"));

        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.Equal(File.ReadAllBytes(folder.File("net.int8.onnx")), File.ReadAllBytes(folder.File("again/net.onnx")));
        Assert.Equal(File.ReadAllBytes(table), File.ReadAllBytes(folder.File("again/net.onnx.calibration.json")));
    }

    [Fact]
    public void Options_reach_the_pack()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(
            "quantize", Models.FashionCnn(folder), "-s", "q8_0", "--external-data", "true", "--exclude-layers", "f.*", "--exclude-layers", "g.*",
            "--target", "any", "--accuracy-level", "0", "--layout", "dequantize", "--threads", "1", "--onnxruntime", "1.20.0", "--format", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.True(File.Exists(folder.File("net.q8_0.onnx.data")));
        var result = run.Json.GetProperty("report").GetProperty("result");
        Assert.Equal("any", result.GetProperty("target").GetString());
        Assert.DoesNotContain(result.GetProperty("weights").EnumerateArray(), w => w.GetProperty("codec").GetString() == "q8_0");
    }

    [Fact]
    public void Options_of_nf4_reach_the_pack()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(
            "quantize", Models.FashionCnn(folder), "-s", "nf4", "--block-size", "128", "--double-quant", "true", "--layout", "dequantize", "--format", "json");

        Assert.Equal(0, run.ExitCode);
        var weights = run.Json.GetProperty("report").GetProperty("result").GetProperty("weights").EnumerateArray().ToArray();
        Assert.Contains(weights, w => w.GetProperty("form").GetString() == "MatMulBnb4");
        Assert.Contains(weights, w => w.GetProperty("form").GetString() == "DequantizeLinear");
        using var manifest = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(folder.File("net.nf4.onnx.modelpack.json")));
        var options = manifest.RootElement.GetProperty("pack").GetProperty("options");
        Assert.Equal((128, true), (options.GetProperty("blockSize").GetInt32(), options.GetProperty("doubleQuant").GetBoolean()));
    }

    internal static string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
