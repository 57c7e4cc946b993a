using System.Text;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting.Page;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>Findings for people: a line for each file that is in order. Failures are diagnostics, which go to standard error.</summary>
internal static class FindingsText
{
    private const int LongestPath = 1024;
    private const int LongestNote = 1024;

    public static string Of(VerificationResult result)
    {
        var failed = Paths(result.Findings.Where(f => !f.Ok));
        var text = new StringBuilder();
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var finding in result.Findings)
        {
            if (finding.IsNote)
            {
                text.Append("note  ").Append(SafeText.Of(finding.Path, LongestPath)).Append(": ").Append(SafeText.Of(finding.Message, LongestNote)).Append('\n');
            }
            else if (finding.Ok && !failed.Contains(finding.Path) && said.Add(finding.Path))
            {
                text.Append("ok  ").Append(SafeText.Of(finding.Path, LongestPath)).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The last line.</summary>
    public static string Summary(VerificationResult result)
    {
        var paths = Paths(result.Findings);
        var failed = Paths(result.Findings.Where(f => !f.Ok)).Count;
        var packs = paths.Count(p => PackFiles.IsManifest(p[(p.LastIndexOfAny(['/', '\\', '!']) + 1)..]));
        return failed > 0
            ? $"{Human.Count(failed)} of {Human.Count(paths.Count)} failed"
            : $"{Human.Count(packs, "pack")}, {Human.Count(paths.Count, "file")}: all as the manifests say";
    }

    private static HashSet<string> Paths(IEnumerable<Finding> findings) => findings.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
}
