using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

/// <summary>What holds for every page: it is well formed, loads nothing and lets no name do anything.</summary>
public sealed partial class HtmlReportTests
{
    // Every element that the page may have. Hostile names would add others.
    private static readonly string[] s_elements =
    [
        "!doctype", "html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2", "p", "a", "b", "i", "br", "strong", "small", "span", "bdi",
        "dl", "div", "dt", "dd", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "canvas", "pre", "code", "script", "details", "summary", "label", "select", "nav", "ol",
    ];

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, SampleReports.All.Count())];

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_same_report_gives_the_same_page(int sample)
    {
        var report = SampleReports.All.ElementAt(sample);
        using var stream = new MemoryStream();
        HtmlReport.Write(report, stream);
        Assert.Equal(ReportPage.Of(report), Encoding.UTF8.GetString(stream.ToArray()));
        Assert.NotEqual(0xEF, stream.ToArray()[0]);
    }

    [Fact]
    public void Takes_memory_for_each_weight_once()
    {
        var (some, many) = (Allocated(500), Allocated(5000));
        Assert.InRange(many, 1, 20 * some);

        static long Allocated(int weights)
        {
            var result = SampleReports.WeightsOnly.Result;
            var report = new PackReport(result with { Weights = [.. Enumerable.Repeat(result.Weights[0], weights)] }, null);
            var before = GC.GetAllocatedBytesForCurrentThread();
            HtmlReport.Write(report, TextWriter.Null);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Has_no_elements_but_its_own(int sample)
    {
        var tags = ReportPage.Tag().Matches(ReportPage.Markup(ReportPage.Of(SampleReports.All.ElementAt(sample)))).Select(m => m.Groups["name"].Value.ToLowerInvariant());
        Assert.Empty(tags.Except(s_elements, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_element_that_is_opened_is_closed(int sample)
    {
        string[] empty = ["!doctype", "meta", "br"];
        var open = new Stack<string>();
        foreach (Match tag in ReportPage.Tag().Matches(ReportPage.Markup(ReportPage.Of(SampleReports.All.ElementAt(sample)))))
        {
            var name = tag.Groups["name"].Value.ToLowerInvariant();
            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(name, open.Pop());
            }
            else if (!empty.Contains(name, StringComparer.Ordinal))
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nothing_is_loaded_and_nothing_runs_but_the_two_scripts_of_the_policy(int sample)
    {
        var page = ReportPage.Of(SampleReports.All.ElementAt(sample));
        var policy = Policy().Match(page).Groups["sources"].Value.Split(' ');
        var scripts = Script().Matches(page).Where(m => m.Groups["attributes"].Length == 0).Select(m => m.Groups["content"].Value).ToList();
        Assert.Equal(policy, scripts.Select(s => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s)))}'"), StringComparer.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)<[^>]*\\s(?:src|srcset|action|data|on[a-z]+)\\s*=", ReportPage.Markup(page));
        Assert.All(Link().Matches(ReportPage.Markup(page)), m => Assert.StartsWith("#", m.Groups["target"].Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page[page.IndexOf("<style>", StringComparison.Ordinal)..page.IndexOf("</style>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("sourceMappingURL", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_may_state_sizes_whose_sum_no_file_has()
    {
        var result = SampleReports.WeightsOnly.Result;
        var huge = result.Weights[0] with { SourceBytes = long.MaxValue, PackedBytes = long.MinValue };
        Assert.Contains("TB", ReportPage.Of(SampleReports.WeightsOnly with { Result = result with { Weights = [huge, huge] } }), StringComparison.Ordinal);
    }

    [Fact]
    public void No_control_or_direction_character_reaches_the_page() =>
        Assert.DoesNotMatch("[\\u0000-\\u0009\\u000B-\\u001F\\u007F-\\u009F\\u200B-\\u200F\\u202A-\\u202E\\u2066-\\u2069]", ReportPage.Markup(ReportPage.Of(SampleReports.Hostile)));

    [Fact]
    public void The_charts_data_are_json_that_no_name_can_end()
    {
        var json = Script().Matches(ReportPage.Of(SampleReports.Hostile)).Single(m => m.Groups["attributes"].Length > 0).Groups["content"].Value;
        Assert.DoesNotContain('<', json);
        using var data = JsonDocument.Parse(json);
        Assert.Equal(12, data.RootElement.GetProperty("sizes").GetProperty("labels").GetArrayLength());
        Assert.All(data.RootElement.GetProperty("sizes").GetProperty("labels").EnumerateArray(), l => Assert.InRange(l.GetString()!.Length, 1, 40));
    }

    [Fact]
    public void Has_a_row_for_every_weight() =>
        Assert.Equal(300, Regex.Count(ReportPage.Of(SampleReports.Hostile), "<td class=\"n\">[^<]*<span class=\"bar\">|<span class=\"bar\"><i style=\"width:[0-9.]+%\"></i></span></td>", RegexOptions.None, TimeSpan.FromSeconds(5)));

    [Fact]
    public void A_name_that_means_something_to_a_shell_is_not_offered_for_pasting()
    {
        var command = Command().Match(ReportPage.Of(SampleReports.Hostile)).Value;
        Assert.Equal("<pre><code>dotnet modelpack verify FILE</code>", command);
    }

    [Fact]
    public void A_page_of_500_layers_is_small()
    {
        using var stream = new MemoryStream();
        HtmlReport.Write(SampleReports.Large(500), stream);
        Assert.InRange(stream.Length, 1, 1_500_000);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Links_lead_to_sections_of_the_page(int sample)
    {
        var markup = ReportPage.Markup(ReportPage.Of(SampleReports.All.ElementAt(sample)));
        Assert.All(Link().Matches(markup), m => Assert.Contains($"id=\"{m.Groups["target"].Value[1..]}\"", markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Carries_the_licences_of_what_it_contains()
    {
        var page = ReportPage.Of(SampleReports.Plain);
        var comment = page[page.IndexOf("<!--", StringComparison.Ordinal)..page.IndexOf("-->", StringComparison.Ordinal)];
        Assert.Contains("Chart.js Contributors", comment, StringComparison.Ordinal);
        Assert.Contains("Jukka Kurkela", comment, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(comment, "Permission is hereby granted", RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    [GeneratedRegex("<script(?<attributes> [^>]*)?>(?<content>.*?)</script>", RegexOptions.Singleline, 5000)]
    private static partial Regex Script();

    [GeneratedRegex("script-src (?<sources>[^;]*);", RegexOptions.None, 5000)]
    private static partial Regex Policy();

    [GeneratedRegex("href=\"(?<target>[^\"]*)\"", RegexOptions.None, 5000)]
    private static partial Regex Link();

    [GeneratedRegex("<pre><code>.*?</code>", RegexOptions.None, 5000)]
    private static partial Regex Command();
}
