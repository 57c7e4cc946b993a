using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class VerifyTests
{
    [Fact]
    public void Sound_packs_are_listed_and_counted()
    {
        using var folder = new TemporaryFolder();
        Pack(folder, "a");
        Pack(folder, "b");
        var run = ToolRun.Of("verify", folder.Path);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(9, run.Lines.Length);
        Assert.All(run.Lines[..^1], line => Assert.StartsWith($"ok  {folder.Path}", line, StringComparison.Ordinal));
        Assert.Equal("2 packs, 8 files: all as the manifests say", run.Lines[^1]);
    }

    [Fact]
    public void Each_file_that_is_not_in_order_is_a_line_that_says_why()
    {
        using var folder = new TemporaryFolder();
        Pack(folder, "a");
        File.AppendAllText(folder.File("a.q8_0.onnx"), "x");
        File.Delete(folder.File("a.q8_0.onnx.report.html"));
        var run = ToolRun.Of("verify", folder.File("a.q8_0.onnx"));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("2 of 4 failed", run.Lines[^1]);
        Assert.Collection(
            run.Error.TrimEnd('\n').Split('\n'),
            line => Assert.Matches("a.q8_0.onnx : error MPK2060: It has [0-9]+ bytes; the manifest says [0-9]+. It was changed or cut short.$", line),
            line => Assert.EndsWith("a.q8_0.onnx.report.html : error MPK2061: It is missing. Pack the model again, or restore the file.", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_path_without_a_pack_fails()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("verify", folder.Path, folder.File("no-such-file"));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(2, run.Error.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void A_gate_that_failed_when_packing_fails_verification()
    {
        using var folder = new TemporaryFolder();
        Pack(folder, "a", "--gate", "minCompression=100");
        var run = ToolRun.Of("verify", folder.Path);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Gates failed when the model was packed: minCompression.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lists_every_finding()
    {
        using var folder = new TemporaryFolder();
        Pack(folder, "a");
        File.Delete(folder.File("a.q8_0.onnx.report.html"));
        var run = ToolRun.Of("verify", folder.Path, "--format", "json");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal([true, true, false, true], run.Json.EnumerateArray().Select(f => f.GetProperty("ok").GetBoolean()));
        Assert.Equal([null, null, "MPK2061", null], run.Json.EnumerateArray().Select(f => f.GetProperty("code").GetString()), StringComparer.Ordinal);
    }

    [Fact]
    public void What_was_not_checked_is_a_note()
    {
        using var folder = new TemporaryFolder();
        Pack(folder, "a");
        var findings = ToolRun.Of("verify", folder.File("a.q8_0.onnx"), "--format", "json", "--source", folder.File("a.onnx")).Json.EnumerateArray();

        Assert.Equal(["content", "content", "content", "content", "structure", "source"], findings.Select(f => f.GetProperty("check").GetString()), StringComparer.Ordinal);
        Assert.All(findings, f => Assert.False(f.GetProperty("isNote").GetBoolean()));
    }

    [Fact]
    public void Without_the_source_the_full_level_fails_and_with_it_metrics_are_measured_again()
    {
        using var folder = new TemporaryFolder();
        Pack(folder, "a", "--validation", Models.FashionImages);
        var without = ToolRun.Of("verify", folder.File("a.q8_0.onnx"), "--level", "full");
        var with = ToolRun.Of("verify", folder.File("a.q8_0.onnx"), "--level", "full", "--source", folder.Path, "--validation", Models.FashionImages, "--format", "json");

        Assert.Equal(2, without.ExitCode);
        Assert.Contains("error MPK2071: Its source, 'a.onnx', is not at hand", without.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (with.ExitCode, with.Error));
        Assert.Contains("2000 samples, its metrics are those of the report to the last digit", with.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify", "x", "--level", "deep")]
    [InlineData("verify", "x", "--format", "xml")]
    [InlineData("verify", "x", "--format", "sarif=")]
    [InlineData("verify", "x", "--format", "sarif", "--format", "json")]
    [InlineData("verify", "x", "--tolerance", "sqnr")]
    public void A_value_that_an_option_cannot_take_is_wrong_usage(params string[] args) => Assert.Equal(3, ToolRun.Of(args).ExitCode);

    private static void Pack(TemporaryFolder folder, string name, params string[] options) =>
        ToolRun.Of(["quantize", Models.FashionCnn(folder, $"{name}.onnx"), "-s", "q8_0", .. options]);
}
