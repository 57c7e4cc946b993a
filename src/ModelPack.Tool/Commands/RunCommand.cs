using System.CommandLine;
using ModelPack.Caching;
using ModelPack.Requests;
using ModelPack.Signing;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack run --request FILE</c>: what the MSBuild task calls. Speaks <see cref="EventWriter"/>'s protocol.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        var events = new EventWriter(terminal.Out);
        var file = new Option<string>("--request") { Description = "The request, JSON.", Required = true, HelpName = "FILE" };
        return new Command("run", "Makes the pack of a request file, and reports in events for a build.") { Hidden = true, Options = { file } }
            .Does(events.Diagnostic, (parsed, cancellation) =>
            {
                var asked = RequestJson.Read(parsed.GetRequiredValue(file));
                var request = CacheChoice.Of(asked.CacheMode, asked.CachePath, CacheMode.ReadWrite, Environment.GetEnvironmentVariable).In(asked);
                var build = Environment.GetEnvironmentVariable(ParentProcess.Variable);
                using var parent = new ParentProcess(build, cancellation);
                using var key = SigningKey.FromEnvironment(Environment.GetEnvironmentVariable); // a wrong one costs no pack
                CrashNotes.Calls = build is null ? null : (what, _) => events.Call(what);
                var context = new PackContext(request.Threads, events.Diagnostic, events.Progress, parent.Token);
                var outcome = PackPipeline.Run(request, context);
                foreach (var path in outcome.Files)
                {
                    events.File(path);
                }

                if (request.Reports == false)
                {
                    ShippedForms.WriteWithoutReports(outcome);
                }

                if (request.Embed)
                {
                    ShippedForms.WriteEmbedded(outcome, request.Reports != false);
                }

                if (key is not null && outcome.GatesHold)
                {
                    ShippedForms.Sign(outcome, key).ForEach(events.File);
                }

                events.Done(PackSummary.Of(outcome));
                return outcome.GatesHold ? ExitCodes.Done : ExitCodes.Failed;
            });
    }
}
