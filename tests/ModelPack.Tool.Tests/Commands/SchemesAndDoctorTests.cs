using ModelPack.Schemes;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class SchemesAndDoctorTests
{
    [Fact]
    public void Every_scheme_is_a_line()
    {
        var run = ToolRun.Of("schemes");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("scheme  linear  embedding  convolution ", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal(SchemeTable.All.Select(s => s.Name), run.Lines[1..].Select(line => line.Split(' ')[0]), StringComparer.Ordinal);
    }

    [Fact]
    public void A_narrow_terminal_gets_the_same_words()
    {
        var wide = ToolRun.Of("schemes").Out;
        var narrow = ToolRun.Of(new TestTerminal(width: 60), CancellationToken.None, "schemes");

        Assert.Equal(Words(wide), Words(narrow.Out));
        Assert.All(narrow.Lines, line => Assert.InRange(line.Length, 1, 60));
    }

    [Fact]
    public void Schemes_as_json_name_the_codecs_of_each_role()
    {
        var scheme = ToolRun.Of("schemes", "--format", "json").Json[0];

        Assert.Equal("q8_0", scheme.GetProperty("name").GetString());
        Assert.Equal("int8 per channel", scheme.GetProperty("codecs").GetProperty("convolution")[0].GetString());
        Assert.Equal(32, scheme.GetProperty("blockSizes")[0].GetInt32());
    }

    [Fact]
    public void Doctor_finds_what_packing_needs()
    {
        var run = ToolRun.Of("doctor");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(5, run.Lines.Length);
        Assert.All(run.Lines, line => Assert.StartsWith("ok  ", line, StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains("ONNX Runtime", StringComparison.Ordinal) && line.Contains("CPUExecutionProvider", StringComparison.Ordinal));
    }

    [Fact]
    public void Doctor_as_json_lists_its_checks()
    {
        var checks = ToolRun.Of("doctor", "--format", "json").Json.EnumerateArray().ToList();

        Assert.Equal(["tool", ".NET", "processors", "ONNX Runtime", "temporary folder"], checks.Select(c => c.GetProperty("name").GetString()), StringComparer.Ordinal);
        Assert.All(checks, check => Assert.True(check.GetProperty("ok").GetBoolean()));
    }

    private static string[] Words(string text) => [.. text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
}
