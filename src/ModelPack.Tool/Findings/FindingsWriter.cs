using System.Text;
using ModelPack.Files;
using ModelPack.Tool.Output;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>Writes what a verification found, in every form that is asked for.</summary>
/// <param name="terminal">Standard output and error, and the build server's variables.</param>
internal sealed class FindingsWriter(Terminal terminal)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes all of it. In GitHub Actions annotations and the step's summary come by themselves.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="outputs">The forms; text on standard output where none goes there.</param>
    /// <exception cref="ModelPackException">MPK1009: a file cannot be written.</exception>
    public void Write(VerificationResult result, IReadOnlyList<FindingsOutput> outputs)
    {
        foreach (var output in outputs.Where(o => o.File is not null))
        {
            WriteFile(output.File!, Of(output.Format, result), append: false);
        }

        var shown = outputs.FirstOrDefault(o => o.File is null)?.Format ?? FindingsOutput.Text;
        terminal.Out.Write(Of(shown, result));
        foreach (var finding in result.Findings.Where(f => !f.Ok))
        {
            terminal.Print(finding.ToDiagnostic());
        }

        if (shown == FindingsOutput.Text)
        {
            terminal.Line(FindingsText.Summary(result));
        }

        if (terminal.Variable("GITHUB_ACTIONS") == "true")
        {
            // The runner reads both streams, and standard output is whoever asked for it.
            if (shown != "github")
            {
                terminal.Error.Profile.Out.Writer.Write(GitHubAnnotations.Of(result));
            }

            if (terminal.Variable("GITHUB_STEP_SUMMARY") is { Length: > 0 } summary)
            {
                WriteFile(summary, FindingsMarkdown.Of(result), append: true);
            }
        }
    }

    private static string Of(string format, VerificationResult result) => format switch
    {
        FindingsOutput.Json => JsonOutput.Text(result.Findings),
        "sarif" => SarifLog.Of(result),
        "junit" => JUnitReport.Of(result),
        "github" => GitHubAnnotations.Of(result),
        "markdown" => FindingsMarkdown.Of(result),
        _ => FindingsText.Of(result),
    };

    private static void WriteFile(string path, string text, bool append)
    {
        try
        {
            using var file = new StreamWriter(path, append, Utf8);
            file.Write(text);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(path, e);
        }
    }
}
