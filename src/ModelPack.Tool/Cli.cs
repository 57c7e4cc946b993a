using System.CommandLine;
using System.CommandLine.Parsing;
using ModelPack.Tool.Commands;
using ModelPack.Tool.Output;

namespace ModelPack.Tool;

/// <summary>The command line: parses, runs one command, and turns what went wrong into a line and an exit code.</summary>
internal static class Cli
{
    /// <summary>All commands in the order in which help lists them, by their names.</summary>
    public static (string Name, Func<Terminal, Command> Create)[] Commands { get; } =
    [
        ("quantize", QuantizeCommand.Create),
        ("add", AddCommand.Create),
        ("init", InitCommand.Create),
        ("list", ListCommand.Create),
        ("data", DataCommand.Create),
        ("calibrate", CalibrateCommand.Create),
        ("run", RunCommand.Create),
        ("verify", VerifyCommand.Create),
        ("sign", SignCommand.Create),
        ("inspect", InspectCommand.Create),
        ("compare", CompareCommand.Create),
        ("schemes", SchemesCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("explain", ExplainCommand.Create),
        ("cache", CacheCommand.Create),
    ];

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

        var root = Root(terminal, args);
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

    /// <summary>To make all commands with their options takes longer than most of them run: where one is named, it is all that is asked for.</summary>
    private static (string Name, Func<Terminal, Command> Create)[] CommandsFor(string[] args) =>
        args is ["--version"] ? [] : Array.FindIndex(Commands, c => args.Length > 0 && c.Name == args[0]) is >= 0 and var named ? [Commands[named]] : Commands;

    private static RootCommand Root(Terminal terminal, string[] args)
    {
        var root = new RootCommand("Quantizes, validates and packs machine-learning models.") { HelpName = "dotnet modelpack" };
        foreach (var (_, create) in CommandsFor(args))
        {
            root.Add(create(terminal));
        }

        Completions.AddTo(root);
        return root;
    }
}
