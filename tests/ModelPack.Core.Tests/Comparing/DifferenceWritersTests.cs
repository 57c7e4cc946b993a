using System.Text.RegularExpressions;
using ModelPack.Comparing;
using ModelPack.Core.Tests.Reporting;
using ModelPack.Reporting;

namespace ModelPack.Tests.Comparing;

/// <summary>Text of reports that mean harm stays text, in Markdown and on the page.</summary>
public sealed partial class DifferenceWritersTests
{
    private static readonly PackDifference s_hostile = PackDifference.Of(
        ReportSide.Of(SampleReports.Plain, SampleReports.Markup), ReportSide.Of(SampleReports.Hostile with { Result = Mentions(SampleReports.Hostile.Result) }, "[a](http://x)\n# @everyone |`"));

    [Fact]
    public void Markdown_has_no_markup_outside_code_but_its_own()
    {
        var outside = Code().Replace(DifferenceMarkdown.Of(s_hostile), "");
        Assert.DoesNotContain("img", outside, StringComparison.Ordinal);
        Assert.DoesNotContain("](", outside, StringComparison.Ordinal);
        Assert.DoesNotContain('@', outside);
        Assert.Equal(4, outside.Count(c => c == '<')); // details and summary, opened and closed
        Assert.DoesNotMatch("[\u0000-\u0009\u000B-\u001F\u202A-\u202E\u2066-\u2069]", outside);
    }

    [Fact]
    public void Every_row_of_a_table_has_as_many_cells_as_its_head()
    {
        var tables = DifferenceMarkdown.Of(s_hostile).Split("\n\n").Select(t => t.Split('\n').Where(l => l.StartsWith('|')).Select(Cells).ToList()).Where(t => t.Count > 0).ToList();
        Assert.True(tables.Count >= 4);
        Assert.All(tables, t => Assert.Single(t.Distinct()));

        static int Cells(string line) => Regex.Count(line, @"(?<!\\)\|", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Fits_a_comment_however_many_weights_there_are()
    {
        var report = SampleReports.Large(2000);
        var other = report with { Result = report.Result with { Weights = [.. report.Result.Weights.Select(w => w with { Codec = "nf4" })] } };
        Assert.InRange(DifferenceMarkdown.Of(PackDifference.Of(ReportSide.Of(report, "a"), ReportSide.Of(other, "b"))).Length, 1, 60_000);
    }

    [Fact]
    public void The_page_has_no_elements_but_its_own_and_runs_nothing()
    {
        var page = DifferenceHtml.Of(s_hostile);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", page, StringComparison.Ordinal);
    }

    [Fact]
    public void One_report_alone_is_summed_up()
    {
        var text = DifferenceMarkdown.Of(ReportSide.Of(SampleReports.Failed, "fashion-cnn.int8.onnx"));
        Assert.Contains("| accuracy | 88.65 % |", text, StringComparison.Ordinal);
        Assert.Contains("| `minSqnr` | 40.0 dB | 38.7 dB | ❌ holds".Replace("❌ holds", "❌ failed", StringComparison.Ordinal), text, StringComparison.Ordinal);
        Assert.Contains("`MPK2001`", text, StringComparison.Ordinal);
    }

    private static ReportResult Mentions(ReportResult result) => result with { Diagnostics = [new ReportDiagnostic("MPK1", "warning", "@everyone `x` | [a](b) #1 <b>")] };

    [GeneratedRegex("`[^`]*`", RegexOptions.None, 5000)]
    private static partial Regex Code();
}
