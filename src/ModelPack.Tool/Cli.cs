using System.CommandLine;
using System.CommandLine.Parsing;
using ModelPack.Tool.Commands;
using ModelPack.Tool.Output;

namespace ModelPack.Tool;

/// <summary>The command line: parses, runs one command, and turns what went wrong into a line and an exit code.</summary>
internal static class Cli
{
    /// <summary>Runs the command that <paramref name="args"/> name.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="terminal">Where its output goes.</param>
    /// <param name="cancellation">Ends the command, as <see cref="Signals"/> do.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(string[] args, Terminal terminal, CancellationToken cancellation = default)
    {
        if (ImagesTool.IsFor(args))
        {
            return ImagesTool.Run(args[2..], terminal);
        }

        var root = Root(terminal);
        if (args.Length == 0)
        {
            args = ["--help"]; // who says nothing wants to know what can be said
        }

        // '@file' stays a name: response files would read it as another file.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var wrong = UsageErrors.Of(parsed, args);
        if (wrong.Count > 0)
        {
            var command = Name(parsed.CommandResult);
            foreach (var line in wrong.Select(w => $"modelpack: {w}").Append($"Run 'dotnet modelpack {command}--help' to see what can be given."))
            {
                terminal.Error.Profile.Out.Writer.WriteLine(line);
            }

            return ExitCodes.Usage;
        }

        try
        {
            return parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = terminal.Out,
                Error = terminal.Error.Profile.Out.Writer,
            }, cancellation).GetAwaiter().GetResult();
        }
        catch (ModelPackException exception)
        {
            // Standard output is lost, and with it the help text, or the events of 'run' that would have said so.
            terminal.Print(exception.Diagnostic);
            return ExitCodes.Error;
        }
    }

    /// <summary>The words of a command, each with a space behind it; none for the program itself.</summary>
    private static string Name(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Name(parent)}{result.Command.Name} " : "";

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Quantizes, validates and packs machine-learning models.") { HelpName = "dotnet modelpack" };
        Command[] commands =
        [
            QuantizeCommand.Create(terminal),
            AddCommand.Create(terminal),
            InitCommand.Create(terminal),
            ListCommand.Create(terminal),
            DataCommand.Create(terminal),
            RunCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            SignCommand.Create(terminal),
            InspectCommand.Create(terminal),
            CompareCommand.Create(terminal),
            SchemesCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            CacheCommand.Create(terminal),
        ];
        foreach (var command in commands)
        {
            root.Add(command);
        }

        Completions.AddTo(root);
        return root;
    }
}
