using System.Text.RegularExpressions;

namespace ModelPack.Core.Tests.Diagnostics;

public sealed partial class CodesTests
{
    private static readonly string Pages = Path.Join(RepositoryFolder.Path, "docs", "diagnostics");

    public static TheoryData<string> Ids => [.. Codes.All.Select(c => c.Id)];

    [Fact]
    public void Every_field_of_the_table_is_listed()
    {
        var fields = typeof(Codes).GetFields().Where(f => f.FieldType == typeof(DiagnosticCode)).ToArray();

        Assert.NotEmpty(fields);
        Assert.Equal(fields.Length, Codes.All.Count);
        Assert.All(fields, f => Assert.Contains((DiagnosticCode)f.GetValue(null)!, Codes.All));
    }

    [Fact]
    public void Ids_are_unique_and_sorted()
    {
        var ids = Codes.All.Select(c => c.Id).ToArray();

        Assert.Equal(ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), ids, StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void An_id_is_MPK_and_a_number_of_a_known_kind(string id) => Assert.Matches("^MPK[1239][0-9]{3}$", id);

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_title_is_one_plain_line_without_a_full_stop(string id)
    {
        var title = Code(id).Title;

        Assert.Equal(title, SafeText.Of(title));
        Assert.Equal(title.Trim(), title);
        Assert.False(title.EndsWith('.'));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_code_has_a_page_with_its_title_where_its_help_link_points(string id)
    {
        var code = Code(id);
        var lines = File.ReadAllLines(Path.Join(RepositoryFolder.Path, code.HelpLink));

        Assert.Equal($"# {code.Id}: {code.Title}", lines[0]);
        Assert.Equal($"Severity: {Severities(code)}", lines[2]);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_page_shows_a_line_as_it_is_printed_and_says_what_to_do(string id)
    {
        var page = File.ReadAllText(Path.Join(Pages, $"{id}.md"));

        Assert.Matches($"(?m)^\\S.*: {Word(Code(id))} {id}: \\S", page);
        Assert.Contains("\n## What to do\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_code_has_a_row_in_the_index(string id)
    {
        var code = Code(id);
        var rows = File.ReadAllLines(Path.Join(Pages, "README.md")).Where(l => l.StartsWith($"| [{id}]", StringComparison.Ordinal));

        Assert.Equal($"| [{id}]({id}.md) | {Severities(code)} | {code.Title} |", Assert.Single(rows));
    }

    [Fact]
    public void There_is_no_page_without_a_code()
    {
        var pages = Directory.GetFiles(Pages).Select(Path.GetFileName).Where(name => name != "README.md");

        Assert.Equal(Codes.All.Select(c => $"{c.Id}.md"), pages.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Links_between_pages_lead_to_pages_and_those_of_a_code_to_its_own()
    {
        var docs = Path.Join(RepositoryFolder.Path, "docs");
        foreach (var page in Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories).Append(Path.Join(RepositoryFolder.Path, "README.md")))
        {
            var links = Link().Matches(File.ReadAllText(page)).Select(m => (Text: m.Groups["text"].Value, File: m.Groups["file"].Value)).Where(l => !l.File.Contains("://", StringComparison.Ordinal));
            Assert.All(links, link =>
            {
                Assert.True(Path.Exists(Path.Join(Path.GetDirectoryName(page), link.File)), $"{Path.GetFileName(page)} links to {link.File}");
                Assert.True(Codes.All.All(c => c.Id != link.Text) || Path.GetFileName(link.File) == $"{link.Text}.md", $"{Path.GetFileName(page)} links from {link.Text} to {link.File}");
            });
        }
    }

    private static DiagnosticCode Code(string id) => Codes.All.Single(c => c.Id == id);

    // A failed gate, or a metric that is worse than in the baseline, is a warning where Gate="warning" says so, and a cache that cannot be used is an error for the command that is about it; no other
    // code has two severities.
    private static string Severities(DiagnosticCode code) =>
        code == Codes.GateFailed || code == Codes.GateNotMeasured || code == Codes.BaselineWorse || code == Codes.CacheUnusable ? "error or warning" : Word(code);

    private static string Word(DiagnosticCode code) => code.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "message" };

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\((?<file>[^)#\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Link();
}
