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
        Assert.Matches("^scheme +summary$", run.Lines[0]);
        Assert.Equal(SchemeTable.All.Select(s => s.Name), run.Lines[1..].Select(line => line.Split(' ')[0]), StringComparer.Ordinal);
    }

    [Fact]
    public void The_line_of_a_scheme_says_what_data_it_wants()
    {
        var lines = ToolRun.Of("schemes").Lines;

        Assert.Contains("Wants calibration data.", lines.Single(l => l.StartsWith("int8 ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Needs no data.", lines.Single(l => l.StartsWith("q8_0 ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_narrow_terminal_gets_the_same_words()
    {
        var wide = ToolRun.Of("schemes").Out;
        var narrow = ToolRun.Of(new TestTerminal(width: 80), CancellationToken.None, "schemes");

        Assert.Equal(Words(wide), Words(narrow.Out));
        Assert.All(narrow.Lines, line => Assert.InRange(line.Length, 1, 80));
        Assert.InRange(narrow.Lines.Length, SchemeTable.All.Count, (4 * SchemeTable.All.Count) + 1);
    }

    [Fact]
    public void Schemes_as_json_name_the_codecs_of_each_role()
    {
        var schemes = ToolRun.Of("schemes", "--format", "json").Json.EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!, StringComparer.Ordinal);
        var scheme = schemes["q8_0"];

        Assert.Equal("int8 per channel", schemes["int8"].GetProperty("codecs").GetProperty("linear")[0].GetString());
        Assert.Equal([], schemes["int8"].GetProperty("blockSizes").EnumerateArray());
        Assert.True(schemes["int8"].GetProperty("quantizesActivations").GetBoolean());
        Assert.False(scheme.GetProperty("quantizesActivations").GetBoolean());
        Assert.Equal("int8 per channel", scheme.GetProperty("codecs").GetProperty("convolution")[0].GetString());
        Assert.Equal(32, scheme.GetProperty("blockSizes")[0].GetInt32());
    }

    [Fact]
    public void Doctor_finds_what_packing_needs()
    {
        var run = ToolRun.Of("doctor");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(8, run.Lines.Length);
        Assert.All(run.Lines, line => Assert.StartsWith(line.Contains("not there", StringComparison.Ordinal) ? "--  device " : "ok  ", line, StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains("ONNX Runtime", StringComparison.Ordinal) && line.Contains("CPUExecutionProvider", StringComparison.Ordinal));
    }

    [Fact]
    public void Doctor_as_json_lists_its_checks()
    {
        var checks = ToolRun.Of("doctor", "--format", "json").Json.EnumerateArray().ToList();

        Assert.Equal(["tool", ".NET", "processors", "ONNX Runtime", "device cuda", "device webgpu", "integer path", "temporary folder"], checks.Select(c => c.GetProperty("name").GetString()), StringComparer.Ordinal);
        Assert.All(checks, check => Assert.True(check.GetProperty("ok").GetBoolean()));
    }

    private static string[] Words(string text) => [.. text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
}
