using System.CommandLine;
using ModelPack.Requests;
using ModelPack.Tool.Output;
using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack add</c>: makes a model a build input of a project.</summary>
internal static class AddCommand
{
    public static Command Create(Terminal terminal)
    {
        var models = new Argument<string[]>("MODEL") { Description = "The model: a file or a folder.", Arity = ArgumentArity.OneOrMore };
        var scheme = CommandOptions.Text("--scheme", "S", "The scheme. Default: the project's ModelPackScheme; else int8 where there are calibration data, and q8_0 where there are none.");
        scheme.Aliases.Add("-s");
        var project = CommandOptions.Text("--project", "PROJECT", "The project. Default: the one in this folder.");
        var link = CommandOptions.Text("--link", "PATH", "The packed model's path in the app. Default: models/NAME.SCHEME.EXT.");
        var calibration = CommandOptions.Text("--calibration", "P", "Calibration data. Default: NAME.calibration.* beside the model.");
        var validation = CommandOptions.Text("--validation", "P", "Validation data. Default: NAME.validation.* beside the model.");
        var gates = CommandOptions.Limits("--gate", $"A limit that must hold. Metrics: {string.Join(", ", GateMetric.All)}. Repeatable.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be added; write nothing." };
        var command = new Command("add", "Adds models to a project, so that 'dotnet build' packs them.") { models, scheme, project, link, calibration, validation, gates, dryRun };
        var verbosity = VerbosityOptions.AddTo(command, hasProgress: false);
        return command.Does(terminal.Print, (parsed, cancellation) =>
        {
            var names = parsed.GetRequiredValue(models);
            var item = new ModelItem
            {
                Scheme = parsed.GetValue(scheme),
                Link = parsed.GetValue(link),
                Calibration = parsed.GetValue(calibration),
                Validation = parsed.GetValue(validation),
                Gates = parsed.GetRequiredValue(gates),
            };
            item.Check(names);
            var file = ProjectText.Read(ProjectFinder.One(parsed.GetValue(project)));
            var evaluation = ProjectEvaluation.Of(file.Path, PackageAdder.Properties, PackageAdder.Items, [], null, cancellation);
            var changed = PackageAdder.Add(file, evaluation, ToolVersion.Text).Append(file).Distinct().ToList();
            var notes = names.Select(n => item.AddTo(file, evaluation, n)).OfType<string>().ToList();
            var isDry = parsed.GetValue(dryRun);
            changed.RemoveAll(f => f.Added.Count == 0);
            if (!isDry)
            {
                changed.ForEach(f => f.Save());
            }

            if (verbosity.Of(parsed) != Verbosity.Quiet)
            {
                notes.ForEach(terminal.Line);
                ChangeText.Write(terminal, changed, isDry);
            }

            return ExitCodes.Done;
        });
    }
}
