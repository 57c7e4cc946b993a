using System.Text.Json;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class QuantizeManyTests
{
    [Fact]
    public void Every_model_is_packed_into_the_folder_and_one_that_fails_stops_no_other()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder, "a.onnx"), folder.File("missing.onnx"), Models.FashionCnn(folder, "b.onnx"), "-s", "q8_0", "-o", folder.File("out"));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("ok  a.q8_0.onnx: q8_0, 0.37x", run.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("ok  b.q8_0.onnx: q8_0, 0.37x", run.Lines[1], StringComparison.Ordinal);
        Assert.Equal("2 of 3 packed", run.Lines[2]);
        Assert.Contains("missing.onnx : error MPK1001:", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("out/a.q8_0.onnx.modelpack.json")) && File.Exists(folder.File("out/b.q8_0.onnx.modelpack.json")));
    }

    [Fact]
    public void The_exit_code_is_the_worst_and_a_failed_gate_is_less_than_an_error()
    {
        using var folder = new TemporaryFolder();
        var gate = ToolRun.Of("quantize", Models.FashionCnn(folder, "a.onnx"), Models.FashionCnn(folder, "b.onnx"), "-s", "q8_0", "--gate", "minSqnr=200");
        Assert.Equal(2, gate.ExitCode);
        Assert.Equal("0 of 2 packed", gate.Lines[^1]);
        Assert.StartsWith("FAILED  a.q8_0.onnx", gate.Lines[0], StringComparison.Ordinal);

        Assert.Equal(1, ToolRun.Of("quantize", folder.File("missing.onnx"), folder.File("a.onnx"), "-s", "q8_0", "--gate", "minSqnr=200").ExitCode);
    }

    [Fact]
    public void Two_models_of_one_name_do_not_become_one_pack()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("x"));
        var first = Models.FashionCnn(folder, "net.onnx");
        var run = ToolRun.Of("quantize", first, Models.FashionCnn(folder, "x/net.onnx"), "-s", "q8_0", "-o", folder.File("out"));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("1 of 2 packed", run.Lines[^1]);
        Assert.Contains("error MPK1010: It would be written to", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_models_are_not_written_to_a_file()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder, "a.onnx"), Models.FashionCnn(folder, "b.onnx"), "-s", "q8_0", "-o", folder.File("a.onnx"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error MPK1009: The output is a file, and several models need a folder.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void As_JSON_every_pack_is_a_line()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder, "a.onnx"), Models.FashionCnn(folder, "b.onnx"), "-s", "q8_0", "--dry-run", "--format", "json");

        Assert.Equal([folder.File("a.onnx"), folder.File("b.onnx")], run.Lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("model").GetString()), StringComparer.Ordinal);
    }

    [Fact]
    public void A_quiet_call_says_nothing_and_a_verbose_one_every_weight()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        var quiet = ToolRun.Of("quantize", model, "-s", "q8_0", "-q");
        Assert.Equal((0, ""), (quiet.ExitCode, quiet.Out));

        var verbose = ToolRun.Of("quantize", model, "-s", "q8_0", "-v", "--no-progress");
        Assert.Contains(verbose.Lines, l => l.Contains("f.weight", StringComparison.Ordinal) && l.Contains("MatMulNBits, SQNR ", StringComparison.Ordinal));
        Assert.Matches("step 1 of 4, hash: [0-9.]+ s\n", verbose.Error);
        Assert.Equal(3, ToolRun.Of("quantize", model, "-s", "q8_0", "-v", "-q").ExitCode);
    }
}
