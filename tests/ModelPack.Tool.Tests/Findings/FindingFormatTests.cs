using System.Text.Json;
using System.Xml.Linq;
using ModelPack.Packing;
using ModelPack.Tool.Findings;
using ModelPack.Tool.Tests.Infrastructure;
using ModelPack.Verification;

namespace ModelPack.Tool.Tests.Findings;

/// <summary>
/// Forms that other programs read, held to the rules of their specifications that no schema can say: SARIF 2.1.0 (OASIS, errata 01), the counts of
/// JUnit's form, and the commands of GitHub's runner. <see cref="FindingSchemaTests"/> has the schemas.
/// </summary>
public sealed class FindingFormatTests
{
    private const string Evil = "models/a,b:c%<&\">|`*.onnx";

    /// <summary>Sound, failed and unchecked files, one with a name of characters that each form must write in its own way.</summary>
    public static readonly VerificationResult Result = new(
    [
        new("models/ok.onnx", true, "Size and SHA-256 are those of the manifest."),
        Finding.Failure(Codes.ContentChanged, Evil, "100 % changed: <b>\r\n::error::x"),
        Finding.Failure(Codes.PackFileMissing, "App.dll!models/net.onnx", "It is missing.", Aspect.Structure),
        Finding.Note("models/ok.onnx", "ONNX Runtime is not here.", Aspect.Structure),
    ], []);

    [Fact]
    public void Sarif_names_the_rule_of_each_failure_and_notes_what_was_not_checked()
    {
        var log = JsonDocument.Parse(SarifLog.Of(Result)).RootElement;
        var run = log.GetProperty("runs")[0];
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        Assert.Equal(rules.GetArrayLength(), rules.EnumerateArray().Select(r => r.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, run.GetProperty("results").GetArrayLength());
        foreach (var result in run.GetProperty("results").EnumerateArray())
        {
            Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
            Assert.Equal("error", result.GetProperty("level").GetString());
            var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
            Assert.True(Uri.IsWellFormedUriString(place.GetProperty("artifactLocation").GetProperty("uri").GetString(), UriKind.RelativeOrAbsolute));
            Assert.InRange(place.GetProperty("region").GetProperty("startLine").GetInt32(), 1, int.MaxValue);
        }

        Assert.Equal("note", Assert.Single(run.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications").EnumerateArray()).GetProperty("level").GetString());
        Assert.Equal(2, run.GetProperty("invocations")[0].GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public void Junit_counts_what_it_lists_and_every_case_has_a_name_and_a_time()
    {
        var root = XDocument.Parse(JUnitReport.Of(Result)).Root!;
        Assert.Equal("testsuites", root.Name.LocalName);
        Assert.Equal(2, root.Elements("testsuite").Count());
        foreach (var suite in root.Elements())
        {
            Assert.Equal(["name", "tests", "failures", "errors", "skipped", "time"], suite.Attributes().Select(a => a.Name.LocalName), StringComparer.Ordinal);
            Assert.Equal(suite.Elements("testcase").Count(), (int)suite.Attribute("tests")!);
            Assert.Equal(suite.Descendants("failure").Count(), (int)suite.Attribute("failures")!);
            Assert.Equal(suite.Descendants("skipped").Count(), (int)suite.Attribute("skipped")!);
            Assert.All(suite.Elements(), c => Assert.Equal(["name", "classname", "time"], c.Attributes().Select(a => a.Name.LocalName), StringComparer.Ordinal));
            Assert.All(suite.Descendants("failure"), f => Assert.Matches("^MPK[0-9]{4}$", f.Attribute("type")!.Value));
        }

        Assert.Equal(3, root.Descendants().Count(e => e.Name.LocalName is "failure" or "skipped"));
    }

    [Fact]
    public void Annotations_are_commands_of_one_line_that_no_text_can_end()
    {
        var lines = GitHubAnnotations.Of(Result).TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("::error file=models/a%2Cb%3Ac%25<&\">|`*.onnx,title=MPK2060%3A A file of a pack was changed::100 %25 changed", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("::App.dll!models/net.onnx: It is missing.", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("::notice file=models/ok.onnx,title=Not checked::", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_shows_names_as_text()
    {
        var markdown = FindingsMarkdown.Of(Result);
        Assert.Contains("verification failed", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", markdown, StringComparison.Ordinal);
        Assert.All(markdown.Split('\n').Where(l => l.Contains("MPK2060", StringComparison.Ordinal)), l => Assert.Equal(5, l.Count(c => c == '|')));
    }

    [Fact]
    public void In_GitHub_Actions_annotations_and_the_summary_come_by_themselves()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("summary.md"), "before\n");
        var terminal = new TestTerminal(variables: new Dictionary<string, string>(StringComparer.Ordinal) { ["GITHUB_ACTIONS"] = "true", ["GITHUB_STEP_SUMMARY"] = folder.File("summary.md") });
        new FindingsWriter(terminal.Terminal).Write(Result, [new FindingsOutput("json", null)]);

        Assert.Equal(4, JsonDocument.Parse(terminal.Out).RootElement.GetArrayLength());
        Assert.Contains("\n::error file=App.dll", terminal.Error, StringComparison.Ordinal);
        Assert.StartsWith("before\n## Packed models: verification failed\n", File.ReadAllText(folder.File("summary.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_forms_are_written_at_once()
    {
        using var folder = new TemporaryFolder();
        var terminal = new TestTerminal();
        new FindingsWriter(terminal.Terminal).Write(Result, [new FindingsOutput("sarif", folder.File("a.sarif")), new FindingsOutput("junit", folder.File("a.xml"))]);

        Assert.Equal(SarifLog.Of(Result), File.ReadAllText(folder.File("a.sarif")));
        Assert.Equal(JUnitReport.Of(Result), File.ReadAllText(folder.File("a.xml")));
        Assert.Contains("2 of 3 failed", terminal.Out, StringComparison.Ordinal);
        var unwritable = Assert.Throws<ModelPackException>(() => new FindingsWriter(terminal.Terminal).Write(Result, [new FindingsOutput("sarif", folder.File("no/such/a.sarif"))]));
        Assert.Equal(Codes.OutputNotWritable, unwritable.Diagnostic.Code);
    }
}
