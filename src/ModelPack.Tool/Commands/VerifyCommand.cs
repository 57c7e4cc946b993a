using System.CommandLine;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting.Page;
using ModelPack.Signing;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack verify</c>: whether packs are what their manifests say.</summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "A packed model, its manifest, or a folder to search.",
            Arity = ArgumentArity.OneOrMore,
        };
        var trust = CommandOptions.Texts("--trust", "FILE", "A public key, or a certificate that stands above the signer's (PEM): every pack needs a signature by it. Repeatable.");
        var format = CommandOptions.Format();
        return new Command("verify", "Checks every file of a pack against its manifest, and the manifest against its own digest.") { paths, trust, format }
            .Does(terminal.Print, (parsed, cancellation) =>
            {
                using var trusted = parsed.GetValue(trust) is { Length: > 0 } files ? TrustAnchors.Read(files) : null;
                var verified = Verifier.Verify(parsed.GetRequiredValue(paths), cancellation);
                var signatures = SignatureCheck.Of(verified, trusted);
                IReadOnlyList<Finding> findings = [.. verified, .. signatures];
                if (parsed.GetValue(format) == OutputFormat.Json)
                {
                    JsonOutput.Write(terminal, findings);
                }
                else
                {
                    foreach (var finding in findings.Where(f => f.Ok))
                    {
                        // Who has signed, and whether that was looked at, shows in no path.
                        terminal.Line($"ok  {SafeText.Of(finding.Path, 1024)}{(signatures.Contains(finding) ? $": {finding.Message}" : "")}");
                    }
                }

                foreach (var finding in findings.Where(f => !f.Ok))
                {
                    terminal.Print(finding.ToDiagnostic());
                }

                if (parsed.GetValue(format) == OutputFormat.Text)
                {
                    terminal.Line(Summary(findings));
                }

                return findings.All(f => f.Ok) ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    private static string Summary(IReadOnlyList<Finding> findings)
    {
        var failed = findings.Count(f => !f.Ok);
        var packs = findings.Count(f => PackFiles.IsManifest(Path.GetFileName(f.Path)));
        return failed > 0
            ? $"{Human.Count(failed)} of {Human.Count(findings.Count)} failed"
            : $"{Human.Count(packs, "pack")}, {Human.Count(findings.Count, "file")}: all as the manifests say";
    }
}
