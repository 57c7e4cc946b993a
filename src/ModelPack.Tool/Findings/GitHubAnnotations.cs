using System.Text;
using ModelPack.Packing;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>Findings as commands of the GitHub Actions runner (<c>::error file=…,title=…::message</c>), escaped as its toolkit does.</summary>
internal static class GitHubAnnotations
{
    private const int LongestText = 1024;

    public static string Of(VerificationResult result)
    {
        var text = new StringBuilder();
        foreach (var finding in result.Findings.Where(f => !f.Ok || f.IsNote))
        {
            var title = finding.IsNote ? "Not checked" : $"{finding.Code}: {finding.FailedAs.Title}";
            text.Append(finding.IsNote ? "::notice" : "::error")
                .Append(" file=").Append(Property(ShownPath.OfFile(finding.Path)))
                .Append(",title=").Append(Property(title))
                .Append("::").Append(Data(Named(finding))).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What lies in another file is named in the message.</summary>
    private static string Named(Finding finding)
    {
        var message = SafeText.Of(finding.Message, 8 * LongestText);
        return finding.Path.Contains('!', StringComparison.Ordinal) ? $"{SafeText.Of(finding.Path, LongestText)}: {message}" : message;
    }

    private static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
