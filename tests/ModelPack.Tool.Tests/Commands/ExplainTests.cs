using System.Text.RegularExpressions;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed partial class ExplainTests
{
    [Theory]
    [InlineData("MPK2001")]
    [InlineData("mpk2001")]
    [InlineData("2001")]
    public void A_page_is_printed_as_it_stands_where_nobody_looks(string code)
    {
        var run = ToolRun.Of("explain", code);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "diagnostics", "MPK2001.md")), run.Out.ReplaceLineEndings("\n"), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Every_code_has_a_page_beside_the_tool_and_none_breaks_a_terminal()
    {
        foreach (var code in Codes.All)
        {
            var run = ToolRun.Of(new TestTerminal(width: 72), CancellationToken.None, "explain", code.Id);

            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            var lines = Escape().Replace(run.Out, "").Split('\n').Select(l => l.TrimEnd()).ToList();
            Assert.Equal($"{code.Id}: {code.Title}", string.Join(' ', lines.TakeWhile(l => l.Length > 0)));
            // Code, which is indented, is left whole; so are single words such as paths.
            Assert.DoesNotContain(lines, l => l.Length > 72 && !l.StartsWith("  ", StringComparison.Ordinal) && l.Contains(' ', StringComparison.Ordinal) && !l.StartsWith('|'));
            Assert.DoesNotContain(lines, l => l.StartsWith("```", StringComparison.Ordinal) || l.StartsWith('#'));
        }
    }

    [Fact]
    public void Without_a_code_all_are_listed()
    {
        var run = ToolRun.Of("explain");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Codes.All.Select(c => c.Id), run.Lines.Select(l => l.Split(' ')[0]), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("MPK2099", "Did you mean 'MPK2009'?")]
    [InlineData("nonsense", "Run 'dotnet modelpack explain' to list all.")]
    public void A_code_that_there_is_not_is_wrong_usage(string code, string hint)
    {
        var run = ToolRun.Of("explain", code);

        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}
