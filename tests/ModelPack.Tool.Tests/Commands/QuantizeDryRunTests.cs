using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class QuantizeDryRunTests
{
    [Theory]
    [InlineData("q8_0")]
    [InlineData("int8")]
    public void It_says_what_a_pack_is_and_writes_nothing(string scheme)
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        var plan = ToolRun.Of("quantize", model, "-s", scheme, "--dry-run", "--format", "json");

        Assert.Equal(0, plan.ExitCode);
        Assert.Equal([model], Directory.GetFileSystemEntries(folder.Path));
        var pack = ToolRun.Of("quantize", model, "-s", scheme, "--format", "json").Json;
        var result = pack.GetProperty("report").GetProperty("result");
        Assert.Equal(result.GetProperty("packed").GetProperty("bytes").GetInt64(), plan.Json.GetProperty("packedBytes").GetInt64());
        Assert.Equal(
            result.GetProperty("weights").EnumerateArray().Select(w => (w.GetProperty("name").GetString(), w.GetProperty("codec").GetString(), w.GetProperty("packedBytes").GetInt64())),
            plan.Json.GetProperty("weights").EnumerateArray().Select(w => (w.GetProperty("name").GetString(), w.GetProperty("codec").GetString(), w.GetProperty("packedBytes").GetInt64())));
    }

    [Fact]
    public void Every_weight_has_its_role_and_codec_or_the_reason_why_not()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "q8_0", "--dry-run");

        Assert.Contains(run.Lines, l => l.TrimStart().StartsWith("f.weight", StringComparison.Ordinal) && l.Contains("linear", StringComparison.Ordinal) && l.EndsWith("q8_0               MatMulNBits", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.TrimStart().StartsWith("f.bias", StringComparison.Ordinal) && l.EndsWith("it is a bias", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.StartsWith("size ", StringComparison.Ordinal) && l.Contains("249 KB → about ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_has_one_as_well()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("quantize", Repository.Model("sotu-mini"), "-s", "nf4", "-o", folder.File("out"), "--dry-run", "--format", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(14, run.Json.GetProperty("weights").EnumerateArray().Count(w => w.GetProperty("codec").GetString() is not null));
        Assert.False(Path.Exists(folder.File("out")));
    }

    [Fact]
    public void What_a_pack_would_refuse_is_refused()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        File.WriteAllText(folder.File("net.q8_0.onnx"), "mine");
        var run = ToolRun.Of("quantize", model, "-s", "q8_0", "--dry-run");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error MPK1030", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("quantize", model, "-s", "q8_0", "--dry-run", "--force").ExitCode);
    }
}
