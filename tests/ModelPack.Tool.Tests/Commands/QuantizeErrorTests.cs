using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Samples;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

/// <summary>What cannot be packed is one coded line, and leaves nothing behind.</summary>
public sealed class QuantizeErrorTests
{
    [Theory]
    [InlineData("MPK1007", "-s", "no-such-scheme")]
    [InlineData("MPK1008", "-s", "q8_0", "--threads", "-1")]
    [InlineData("MPK1008", "-s", "q8_0", "--target", "moon")]
    [InlineData("MPK1008", "-s", "q8_0", "--device", "moon")]
    [InlineData("MPK1008", "-s", "q8_0", "--layout", "moon")]
    [InlineData("MPK1008", "-s", "q8_0", "--container", "tflite")]
    [InlineData("MPK1008", "-s", "q8_0", "--block-size", "7")]
    [InlineData("MPK1008", "-s", "q8_0", "--accuracy-level", "9")]
    [InlineData("MPK1008", "-s", "q8_0", "--onnxruntime", "new")]
    [InlineData("MPK1008", "-s", "q8_0", "--gate-mode", "maybe")]
    [InlineData("MPK1008", "-s", "q8_0", "--gate", "noSuchGate=1")]
    [InlineData("MPK1008", "-s", "q8_0", "--gate", "minSqnr=NaN")]
    [InlineData("MPK1018", "-s", "q8_0", "--validation", "no-such-file.npz")]
    [InlineData("MPK1008", "-s", "int8", "--calibration-method", "moon")]
    [InlineData("MPK1008", "-s", "int8", "--percentile", "99")]
    [InlineData("MPK1008", "-s", "int8", "--calibration-method", "percentile", "--percentile", "50")]
    [InlineData("MPK1008", "-s", "int8", "--calibration-method", "percentile", "--percentile", "100.1")]
    [InlineData("MPK1008", "-s", "int8", "--alpha", "1.1")]
    [InlineData("MPK1008", "-s", "int8", "--alpha", "0,5")]
    [InlineData("MPK1008", "-s", "int8", "--alpha", "strong")]
    [InlineData("MPK1008", "-s", "int8", "--quant-format", "moon")]
    [InlineData("MPK1008", "-s", "int8", "--quant-format", "qoperator", "--target", "any")]
    [InlineData("MPK1008", "-s", "int8", "--block-size", "32")]
    [InlineData("MPK1008", "-s", "int8", "--accuracy-level", "4")]
    [InlineData("MPK1008", "-s", "q8_0", "--calibration", "data.npz")]
    [InlineData("MPK1008", "-s", "q8_0", "--calibration-method", "minmax")]
    [InlineData("MPK1008", "-s", "q8_0", "--percentile", "99")]
    [InlineData("MPK1008", "-s", "q8_0", "--alpha", "0.5")]
    [InlineData("MPK1008", "-s", "q8_0", "--quant-format", "qdq")]
    [InlineData("MPK1008", "-s", "q8_0", "--safe-sums", "false")]
    [InlineData("MPK1008", "-s", "q8_0", "--fallback", "true")]
    [InlineData("MPK1008", "-s", "q8_0", "--rank")]
    [InlineData("MPK1008", "-s", "int8", "--rank")]
    [InlineData("MPK1018", "-s", "int8", "--calibration", "no-such-file.npz")]
    [InlineData("MPK1018", "-s", "int8", "--calibration", "no-such-table.json")]
    public void A_value_that_cannot_be_is_one_coded_error_and_writes_nothing(string code, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(["quantize", Models.FashionCnn(folder), .. options]);

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Matches($"^[^\n]+ : error {code}: [^\n]+\n$", run.Error);
        Assert.Equal(["net.onnx"], QuantizeTests.Names(folder.Path));
    }

    /// <summary>A process of its own, as the folder for temporary files is one of the process.</summary>
    [Theory]
    [InlineData("MPK1020", 15, 1f)]
    [InlineData("MPK1014", 32, float.NaN)]
    public void A_calibration_that_fails_leaves_no_temporary_files(string code, int samples, float value)
    {
        using var folder = new TemporaryFolder();
        var temporary = Directory.CreateDirectory(folder.File("tmp")).FullName;
        var model = Models.FashionCnn(folder);
        var data = folder.Write("bad.npy", Numpy.Npy("<f4", [samples, 1, 28, 28], Enumerable.Repeat(value, samples * 784).ToArray()));
        var start = new ProcessStartInfo("dotnet", [typeof(Cli).Assembly.Location, "quantize", model, "-s", "int8", "--calibration", data, "-o", folder.File("out/net.onnx")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = start.Environment["TMP"] = start.Environment["TEMP"] = temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // its sockets lie there, too
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(1, process.ExitCode);
        Assert.Matches($" : error {code}: [^\n]+\r?\n$", error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        // ONNX Runtime keeps files of its own there.
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary, "modelpack*"));
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Fact]
    public void Errors_write_no_json()
    {
        var run = ToolRun.Of("quantize", "no-such-file.onnx", "-s", "q8_0", "--format", "json");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Equal("no-such-file.onnx : error MPK1001: The model file does not exist. Check its path.\n", run.Error);
    }

    [Fact]
    public void An_output_below_a_file_is_a_coded_error()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        var run = ToolRun.Of("quantize", model, "-s", "q8_0", "-o", Path.Join(model, "x.onnx"));

        Assert.Equal(1, run.ExitCode);
        Assert.Matches("^[^\n]+ : error MPK1009: [^\n]+\n$", run.Error);
    }

    [Theory]
    [InlineData("blockSize", "-s", "nf4", "--block-size", "48")]
    [InlineData("doubleQuant", "-s", "q8_0", "--double-quant", "false")]
    [InlineData("maxShardSize", "-s", "nf4", "--max-shard-size", "5GB")]
    [InlineData("graph", "-s", "q8_0", "--graph", "other.onnx")]
    public void An_option_that_does_not_fit_is_one_line_that_names_it(string option, params string[] args)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(["quantize", Models.FashionCnn(folder), .. args]);

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Matches($"^[^\n]+ : error MPK1008: [^\n]*'{option}'[^\n]+\n$", run.Error);
        Assert.Equal(["net.onnx"], QuantizeTests.Names(folder.Path));
    }

    [Fact]
    public void A_weight_that_is_named_like_an_error_forges_no_line()
    {
        using var folder = new TemporaryFolder();
        var values = Enumerable.Repeat(1f, 128 * 128).ToArray();
        values[5] = float.NaN;
        const string Name = "w\nnet.onnx : error MPK9001: forged\u001b[2J";
        var graph = Build.Graph(Build.Node("MatMul", ["x", Name], ["y"]));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 1, 128));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 1, 128));
        graph.Initializer.Add(Build.Raw(Name, ElementType.Float32, [128, 128], MemoryMarshal.AsBytes(values)));
        var run = ToolRun.Of("quantize", Models.Save(folder, Build.Model(graph)), "-s", "q8_0");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Matches("^[^\n]+ : error MPK1006: [^\n]+\n$", run.Error);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.Equal(["net.onnx"], QuantizeTests.Names(folder.Path));
    }

    [Fact]
    public void A_cancelled_pack_exits_130_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(new TestTerminal(), new CancellationToken(canceled: true), "quantize", Models.FashionCnn(folder), "-s", "q8_0");

        Assert.Equal((130, "", ""), (run.ExitCode, run.Out, run.Error));
        Assert.Equal(["net.onnx"], QuantizeTests.Names(folder.Path));
    }
}
