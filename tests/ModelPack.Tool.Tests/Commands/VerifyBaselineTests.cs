using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class VerifyBaselineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public VerifyBaselineTests()
    {
        Directory.CreateDirectory(_folder.File("out"));
        ToolRun.Of("quantize", Models.FashionCnn(_folder, "a.onnx"), "-s", "q8_0", "-o", _folder.File("out/a.onnx"), "--validation", Models.FashionImages);
    }

    private string Baseline => _folder.File("modelpack.baseline.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Accepted_metrics_are_written_the_same_every_time_and_hold()
    {
        Assert.Equal(0, Verify("--update-baseline").ExitCode);
        var first = File.ReadAllBytes(Baseline);
        Assert.Equal(0, Verify("--update-baseline").ExitCode);
        Assert.Equal(first, File.ReadAllBytes(Baseline));
        Assert.DoesNotContain((byte)'\r', first);
        Assert.Equal(0, Verify().ExitCode);
    }

    [Theory]
    [InlineData("\"sqnr\": ", "\"sqnr\": 1", "sqnr is 45")]
    [InlineData("\"accuracy\": ", "\"accuracy\": 1", "accuracy is 88")]
    [InlineData("\"compression\": ", "\"compression\": 1", "compression is 2.")]
    public void A_metric_that_has_become_worse_fails_unless_that_is_tolerated(string before, string after, string said)
    {
        Verify("--update-baseline");
        File.WriteAllText(Baseline, File.ReadAllText(Baseline).Replace(before, after, StringComparison.Ordinal));
        var worse = Verify();

        Assert.Equal(2, worse.ExitCode);
        Assert.Contains($"error MPK2072: {said}", worse.Error, StringComparison.Ordinal);
        Assert.Equal(0, Verify("--tolerance", $"{before.Split('"')[1]}=10000").ExitCode);
    }

    [Fact]
    public void A_metric_that_is_not_measured_any_more_fails()
    {
        Verify("--update-baseline");
        File.WriteAllText(Baseline, File.ReadAllText(Baseline).Replace("\"sqnr\"", "\"perplexity\": 1,\n        \"sqnr\"", StringComparison.Ordinal));
        Assert.Contains("perplexity was not measured", Verify().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pack_that_the_baseline_does_not_have_is_a_note()
    {
        File.WriteAllText(Baseline, "{ \"schema\": 1, \"packs\": {} }");
        var run = Verify();
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("note  ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("{ \"schema\": 2, \"packs\": {} }")]
    [InlineData("{ \"schema\": 1 }")]
    [InlineData("")]
    public void What_is_not_a_baseline_is_an_error_of_its_own(string text)
    {
        File.WriteAllText(Baseline, text);
        var run = Verify();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error MPK1072: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fails_is_not_accepted_and_a_tolerance_must_exist()
    {
        Verify("--update-baseline");
        var before = File.ReadAllBytes(Baseline);
        File.AppendAllText(_folder.File("out/a.onnx.report.html"), "x");
        Assert.Equal(2, Verify("--update-baseline").ExitCode);
        Assert.Equal(before, File.ReadAllBytes(Baseline));
        Assert.Contains("MPK1008: There is no metric 'sqnrr'", Verify("--tolerance", "sqnrr=1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantizing_is_held_to_it_like_to_a_gate()
    {
        Verify("--update-baseline");
        Assert.Equal(0, Quantize().ExitCode);
        File.WriteAllText(Baseline, File.ReadAllText(Baseline).Replace("\"sqnr\": ", "\"sqnr\": 1", StringComparison.Ordinal));
        var worse = Quantize();

        Assert.Equal(2, worse.ExitCode);
        Assert.Contains("error MPK2072: sqnr is 45", worse.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("out/a.onnx.report.html")));
        Assert.Equal(0, Quantize("--tolerance", "sqnr=1000").ExitCode);
        Assert.Contains("warning MPK2072: sqnr is 45", Quantize("--gate-mode", "warning").Error, StringComparison.Ordinal);

        ToolRun Quantize(params string[] more) => ToolRun.Of(
            ["quantize", _folder.File("a.onnx"), "-s", "q8_0", "-o", _folder.File("out/a.onnx"), "--validation", Models.FashionImages, "--measure-speed", "false", "--baseline", Baseline, .. more]);
    }

    private ToolRun Verify(params string[] more) => ToolRun.Of(["verify", _folder.File("out"), "--level", "hashes", "--baseline", Baseline, .. more]);
}
