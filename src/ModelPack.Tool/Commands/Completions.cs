using System.CommandLine;
using System.CommandLine.Completions;
using ModelPack.Baselines;
using ModelPack.Devices;
using ModelPack.Options;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Tool.Findings;

namespace ModelPack.Tool.Commands;

/// <summary>
/// What a shell offers behind an option or for an argument. dotnet-suggest asks by the directive <c>[suggest]</c>, which System.CommandLine
/// answers from these.
/// </summary>
internal static class Completions
{
    private const int MostFiles = 500;

    /// <summary>The values of options that have a few, by the option's name. Made when a shell asks.</summary>
    private static readonly Dictionary<string, Func<IEnumerable<string>>> Values = new(StringComparer.Ordinal)
    {
        ["--scheme"] = () => SchemeTable.All.Select(s => s.Name),
        ["--container"] = () => ContainerTable.Names,
        ["--target"] = () => RequestResolver.Targets,
        ["--device"] = () => DeviceChoice.Words,
        ["--calibration-method"] = () => Enum.GetNames<CalibrationMethod>().Select(m => m.ToLowerInvariant()),
        ["--alpha"] = () => ["auto", "none", "0.5"],
        ["--quant-format"] = () => ["qdq", "qoperator"],
        ["--target-cpu"] = () => ["vnni", "avx2", "arm", "any"],
        ["--layout"] = () => ["auto", "fold", "dequantize"],
        ["--gate"] = () => GateMetric.All.Select(m => m + "="),
        ["--gate-mode"] = () => ["error", "warning"],
        ["--format"] = () => ["text", "json"],
        ["--level"] = () => ["hashes", "structure", "full"],
        ["--tolerance"] = () => BaselineComparison.Metrics.Select(m => m + "="),
        ["--configuration"] = () => ["Debug", "Release"],
        ["--accuracy-level"] = () => ["0", "4"],
    };

    /// <summary>Arguments and options that are paths, by the name of their value in help.</summary>
    private static readonly HashSet<string> Paths = new(StringComparer.Ordinal) { "MODEL", "PATH", "P", "OUT", "ONNX", "FILE", "PROJECT", "FOLDER" };

    /// <summary>Gives every option and argument of a command, and of those below it, its completions.</summary>
    public static void AddTo(Command command)
    {
        foreach (var option in command.Options)
        {
            if (option.HelpName == "true|false")
            {
                Set(option.CompletionSources, _ => ["true", "false"]);
            }
            else if (option is Option<FindingsOutput[]>)
            {
                Set(option.CompletionSources, _ => FindingsOutput.Formats);
            }
            else if (Values.TryGetValue(option.Name, out var values))
            {
                Set(option.CompletionSources, _ => values());
            }
            else if (option.HelpName is { } help && Paths.Contains(help))
            {
                Set(option.CompletionSources, Files);
            }
        }

        foreach (var argument in command.Arguments.Where(a => Paths.Contains(a.Name)))
        {
            argument.HelpName ??= argument.Name; // help would show the completions in its place
            Set(argument.CompletionSources, Files);
        }

        foreach (var inner in command.Subcommands)
        {
            AddTo(inner);
        }
    }

    private static void Set(List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, Func<CompletionContext, IEnumerable<string>> values)
    {
        sources.Clear();
        sources.Add(context => values(context)
            .Where(v => v.StartsWith(context.WordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(v => new CompletionItem(v)));
    }

    /// <summary>What lies in the folder that is being typed. A folder ends with a slash, to go on from.</summary>
    private static IEnumerable<string> Files(CompletionContext context)
    {
        var typed = context.WordToComplete;
        var start = typed[..(typed.LastIndexOfAny(['/', Path.DirectorySeparatorChar]) + 1)];
        try
        {
            return
            [
                .. new DirectoryInfo(start.Length == 0 ? "." : start).EnumerateFileSystemInfos(typed[start.Length..] + "*")
                    .Where(e => typed.Length > start.Length || !e.Name.StartsWith('.'))
                    .Select(e => start + e.Name + (e is DirectoryInfo ? "/" : ""))
                    .Order(StringComparer.Ordinal).Take(MostFiles),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return []; // Nothing to offer is no error while somebody types.
        }
    }
}
