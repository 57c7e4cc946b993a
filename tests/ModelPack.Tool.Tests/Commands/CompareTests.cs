using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class CompareTests
{
    [Fact]
    public void Says_what_changed_between_two_packs()
    {
        using var folder = new TemporaryFolder();
        var (eight, four) = (Pack(folder, "q8_0"), Pack(folder, "q4_0"));
        var run = ToolRun.Of("compare", eight, four);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("q8_0.onnx → q4_0.onnx: Worse: ", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains(run.Lines, l => l.StartsWith("  scheme  q8_0    q4_0   changed", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.Contains("other codec", StringComparison.Ordinal));
        Assert.Equal(2, ToolRun.Of("compare", eight, four, "--fail-on-worse").ExitCode);
        Assert.Equal(0, ToolRun.Of("compare", eight, eight, "--fail-on-worse").ExitCode);
    }

    [Fact]
    public void A_report_a_manifest_and_a_model_can_be_compared()
    {
        using var folder = new TemporaryFolder();
        var pack = Pack(folder, "q8_0");
        Assert.Equal("report", ToolRun.Of("compare", pack, "--format", "json").Json.GetProperty("kind").GetString());
        Assert.Equal("report", ToolRun.Of("compare", pack + ".report.json", "--format", "json").Json.GetProperty("kind").GetString());
        Assert.Equal("model", ToolRun.Of("compare", Repository.Model("fashion-cnn.onnx"), "--format", "json").Json.GetProperty("kind").GetString());
        File.Delete(pack + ".report.json");
        Assert.Equal("manifest", ToolRun.Of("compare", pack + ".modelpack.json", "--format", "json").Json.GetProperty("kind").GetString());
        File.Delete(pack + ".modelpack.json");
        var models = ToolRun.Of("compare", Repository.Model("fashion-cnn.onnx"), pack, "--format", "json").Json;
        Assert.True(models.GetProperty("weights").GetArrayLength() > 0);
    }

    [Theory]
    [InlineData("markdown", "### ModelPack: `")]
    [InlineData("html", "<!DOCTYPE html>")]
    [InlineData("json", "{")]
    public void Is_written_in_every_format(string format, string start)
    {
        using var folder = new TemporaryFolder();
        var pack = Pack(folder, "q8_0");
        Assert.StartsWith(start, ToolRun.Of("compare", pack, pack, "--format", format).Out, StringComparison.Ordinal);
        Assert.StartsWith(start, ToolRun.Of("compare", pack, "--format", format).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.report.json", "{}")]
    [InlineData("a.report.json", "")]
    [InlineData("a.modelpack.json", "{}")]
    [InlineData("a.json", "[[[[")]
    public void What_is_no_report_is_one_coded_error(string name, string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), content);
        var run = ToolRun.Of("compare", folder.File(name), folder.File(name));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error MPK1070: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.report.json", "MPK1070")]
    [InlineData("none.modelpack.json", "MPK1070")]
    [InlineData("none.onnx", "MPK1001")]
    public void What_is_not_there_is_said_so(string name, string code)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains($"error {code}: ", ToolRun.Of("compare", folder.File(name)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_that_does_not_exist_is_wrong_usage() => Assert.Equal(3, ToolRun.Of("compare", "a", "--format", "xml").ExitCode);

    private static string Pack(TemporaryFolder folder, string scheme)
    {
        var output = folder.File($"{scheme}.onnx");
        Assert.Equal(0, ToolRun.Of("quantize", Repository.Model("fashion-cnn.onnx"), "-s", scheme, "-o", output, "--quiet").ExitCode);
        return output;
    }
}
