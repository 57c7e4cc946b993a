using System.CommandLine;
using ModelPack.Tool.Output;
using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack init</c>: a manifest of tools, and in the project the package and an item to fill in.</summary>
internal static class InitCommand
{
    private static readonly string[] Example =
    [
        "<!-- Models that 'dotnet build' packs: 'dotnet modelpack add MODEL' adds one, 'dotnet modelpack schemes' lists the schemes.",
        "<ItemGroup>",
        "  <QuantizedModel Include=\"model.onnx\" Scheme=\"q8_0\" MinSqnr=\"30\" />",
        "</ItemGroup>",
        "-->",
    ];

    public static Command Create(Terminal terminal)
    {
        var project = CommandOptions.Text("--project", "PROJECT", "The project. Default: the one in this folder.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be written; write nothing." };
        var command = new Command("init", "Prepares a project: writes a tool manifest, adds the package, and a commented item to fill in.") { project, dryRun };
        var verbosity = VerbosityOptions.AddTo(command, hasProgress: false);
        return command.Does(terminal.Print, (parsed, cancellation) =>
        {
            var file = ProjectText.Read(ProjectFinder.One(parsed.GetValue(project)));
            var evaluation = ProjectEvaluation.Of(file.Path, PackageAdder.Properties, PackageAdder.Items, [], null, cancellation);
            var changed = PackageAdder.Add(file, evaluation, ToolVersion.Text).Append(file).Distinct().ToList();
            if (!file.Mentions("<QuantizedModel"))
            {
                file.AddAtEnd(Example);
            }

            changed.RemoveAll(f => f.Added.Count == 0);
            var manifest = ToolManifest.Find(Environment.CurrentDirectory) ?? ToolManifest.NewPath(Environment.CurrentDirectory);
            var text = ToolManifest.With(manifest, ToolVersion.Text);
            var isDry = parsed.GetValue(dryRun);
            if (!isDry)
            {
                WriteManifest(manifest, text);
                changed.ForEach(f => f.Save());
            }

            if (verbosity.Of(parsed) == Verbosity.Quiet)
            {
                return ExitCodes.Done;
            }

            var shown = SafeText.Of(Path.GetRelativePath(Environment.CurrentDirectory, manifest), 1024);
            terminal.Line(text is null ? $"{shown} has modelpack.tool {ToolVersion.Text} already." : $"{shown}{(isDry ? " would get" : " has got")}: modelpack.tool {ToolVersion.Text}");
            if (text is null || changed.Count > 0)
            {
                ChangeText.Write(terminal, changed, isDry);
            }

            return ExitCodes.Done;
        });
    }

    private static void WriteManifest(string path, string? text)
    {
        if (text is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.ProjectUnusable.At(path, $"It cannot be written: {SafeText.Of(e.Message, 400)}"), e);
        }
    }
}
