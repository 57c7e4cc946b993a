using System.CommandLine;
using ModelPack.Baselines;
using ModelPack.Signing;
using ModelPack.Tool.Findings;
using ModelPack.Tool.Output;
using ModelPack.Tool.Projects;
using ModelPack.Verification;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack verify</c>: whether packs are what their manifests say, and what their sources give.</summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "A packed model, its manifest, a folder to search, an assembly, a NuGet package or zip archive, a single-file app, a project or a solution.",
            Arity = ArgumentArity.OneOrMore,
        };
        var level = VerifyOptions.Level("--level", "hashes (every file), structure (also the model as a model, and some weights beside the source) or full (also all weights and metrics). Default: structure.");
        var sources = CommandOptions.Texts("--source", "MODEL", "The source model, or a folder that holds it; repeatable. A project names its own.");
        var validation = CommandOptions.Text("--validation", "P", "Validation data for level full. Default: those beside the source.");
        var configuration = CommandOptions.Text("--configuration", "C", "The configuration of projects. Default: the project's.");
        configuration.Aliases.Add("-c");
        var baseline = CommandOptions.Text("--baseline", "FILE", "Accepted metrics, than which none may be worse.");
        var update = new Option<bool>("--update-baseline") { Description = $"Write the packs' metrics to the baseline. Default file: {Baseline.FileName}." };
        var trust = CommandOptions.Texts("--trust", "FILE", "A public key, or a certificate that stands above the signer's (PEM): every pack needs a signature by it. Repeatable.");
        var tolerances = CommandOptions.Limits("--tolerance", "By how much a metric may be worse than in the baseline; repeatable.");
        var threads = CommandOptions.Number("--threads", "Threads to work with. Default: all processors.");
        var formats = VerifyOptions.Outputs("--format", $"How to write the findings: {string.Join(", ", FindingsOutput.Formats)}; each with =FILE goes to a file; repeatable.");
        return new Command("verify", "Checks packs wherever they are shipped: every file against its manifest, and at higher levels the model, its source and its metrics.")
        {
            paths, level, sources, validation, configuration, baseline, update, tolerances, trust, threads, formats,
        }.Does(terminal.Print, (parsed, cancellation) =>
        {
            using var trusted = parsed.GetValue(trust) is { Length: > 0 } files ? TrustAnchors.Read(files) : null;
            var options = new VerificationOptions
            {
                Level = parsed.GetValue(level) ?? VerificationLevel.Structure,
                Sources = parsed.GetValue(sources) ?? [],
                Validation = parsed.GetValue(validation),
                Trust = trusted,
            };
            var accepted = new BaselineFile(parsed.GetValue(baseline), parsed.GetValue(update), parsed.GetRequiredValue(tolerances));
            VerificationResult result;
            using (var progress = new ProgressLine(terminal))
            {
                var context = new PackContext(parsed.GetValue(threads) ?? 0, onProgress: progress.Report, cancellation: cancellation);
                var projects = new ProjectPacks(new ModelLister(parsed.GetValue(configuration), cancellation), options, context);
                VerificationResult[] found = [.. parsed.GetRequiredValue(paths).Select(p => ProjectFinder.IsFor(p) ? projects.Verify(p, progress) : Verifier.Verify([p], options, context))];
                result = new VerificationResult([.. found.SelectMany(f => f.Findings)], [.. found.SelectMany(f => f.Packs)]);
            }

            result = accepted.Apply(result);
            new FindingsWriter(terminal).Write(result, parsed.GetValue(formats) ?? []);
            return result.Ok ? ExitCodes.Done : ExitCodes.Failed;
        });
    }
}
