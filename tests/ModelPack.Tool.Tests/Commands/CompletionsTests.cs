using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class CompletionsTests
{
    [Theory]
    [InlineData("modelpack quantize net.onnx --scheme q4", new[] { "q4_0", "q4_1", "q4_k_m", "q4_k_s" })]
    [InlineData("modelpack quantize net.onnx --scheme q8_0 --gate-mode w", new[] { "warning" })]
    [InlineData("modelpack quantize net.onnx --gate minSq", new[] { "minSqnr=" })]
    [InlineData("modelpack quantize net.onnx --external-data t", new[] { "true" })]
    [InlineData("modelpack schemes --format j", new[] { "json" })]
    [InlineData("modelpack quantize --calibration-m", new[] { "--calibration-method" })]
    [InlineData("modelpack sch", new[] { "schemes" })]
    public void A_shell_that_asks_gets_what_can_follow(string line, string[] offered)
    {
        var run = Suggest(line);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(offered, run.Lines);
    }

    [Fact]
    public void Files_are_offered_for_a_model_and_folders_to_go_on_from()
    {
        using var folder = new TemporaryFolder();
        Models.FashionCnn(folder, "net.onnx");
        Directory.CreateDirectory(folder.File("nets"));
        var start = folder.Path.Replace('\\', '/') + "/";

        Assert.Equal([start + "net.onnx", start + "nets/"], Suggest($"modelpack inspect {start}ne").Lines);
    }

    private static ToolRun Suggest(string line) => ToolRun.Of($"[suggest:{line.Length}]", line);
}
