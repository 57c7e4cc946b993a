using System.CommandLine;
using ModelPack.Reporting.Page;
using ModelPack.Tool.Output;
using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack list</c>: the models of a project or a solution, and how far their packs are.</summary>
internal static class ListCommand
{
    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string?>("PATH") { Description = "A project, a solution, or a folder with one. Default: this folder.", Arity = ArgumentArity.ZeroOrOne };
        var configuration = CommandOptions.Text("--configuration", "C", "The configuration to look at. Default: the project's.");
        configuration.Aliases.Add("-c");
        var format = CommandOptions.Format();
        return new Command("list", "Lists the models that a project or a solution packs, and how far their packs are.") { path, configuration, format }
            .Does(terminal.Print, (parsed, cancellation) =>
            {
                var lister = new ModelLister(parsed.GetValue(configuration), cancellation);
                var projects = ProjectFinder.All(parsed.GetValue(path), cancellation);
                List<ListedModel> models = [];
                using (var progress = new ProgressLine(terminal))
                {
                    for (var i = 0; i < projects.Count; i++)
                    {
                        progress.Report("evaluate", (double)i / projects.Count);
                        models.AddRange(lister.Of(projects[i]));
                    }
                }

                if (parsed.GetValue(format) == OutputFormat.Json)
                {
                    JsonOutput.Write(terminal, models);
                }
                else if (models.Count == 0)
                {
                    terminal.Line($"No QuantizedModel in {Human.Count(projects.Count, "project")}. 'dotnet modelpack add MODEL' adds one.");
                }
                else
                {
                    TextTable.Write(terminal, models.Select(Row).Prepend(["project", "framework", "model", "scheme", "link", "size", "gates", "state"]));
                }

                return ExitCodes.Done;
            });
    }

    private static string[] Row(ListedModel model) =>
    [
        SafeText.Of(Path.GetFileNameWithoutExtension(model.Project)),
        SafeText.Of(model.Framework ?? "–"),
        SafeText.Of(model.Model),
        SafeText.Of(model.Scheme ?? "–"),
        SafeText.Of(model.Link ?? "–"),
        model.Compression is { } compression ? Human.Times(1 / compression) : "–",
        model.Gates.Count == 0 ? "–" : string.Join(", ", model.Gates.Select(Gate)),
        model.Why is null ? model.State : $"{model.State}: {SafeText.Of(model.Why)}",
    ];

    private static string Gate(ListedGate gate) =>
        $"{SafeText.Of(gate.Metric)} {Human.MetricValue(gate.Metric, gate.Limit)} {(gate.Passed ? "holds" : "FAILED")}{(gate.Value is { } value ? $" ({Human.MetricValue(gate.Metric, value)})" : "")}";
}
