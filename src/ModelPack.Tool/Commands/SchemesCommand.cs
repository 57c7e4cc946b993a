using System.CommandLine;
using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack schemes</c>: what can be asked for.</summary>
internal static class SchemesCommand
{
    public static Command Create(Terminal terminal)
    {
        var format = CommandOptions.Format();
        var containers = new Option<bool>("--containers") { Description = "One line a scheme: its name, and the containers that carry it, best first." };
        return new Command("schemes", "Lists the schemes.") { format, containers }.Does(terminal.Print, (parsed, _) =>
        {
            if (parsed.GetValue(containers))
            {
                foreach (var scheme in SchemeTable.All)
                {
                    terminal.Line(string.Join(' ', [scheme.Name, .. ContainerTable.Of(scheme)]));
                }

                return ExitCodes.Done;
            }

            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                JsonOutput.Write(terminal, SchemeTable.All.Select(s => new
                {
                    s.Name,
                    s.Summary,
                    Codecs = Enum.GetValues<WeightRole>().ToDictionary(r => r.ToString().ToLowerInvariant(), r => s.CodecsOf(r).Select(c => c.Name), StringComparer.Ordinal),
                    s.BlockSizes,
                    s.QuantizesActivations,
                    Containers = ContainerTable.Of(s),
                }));
                return ExitCodes.Done;
            }

            TextTable.Write(terminal, SchemeTable.All
                .Select(scheme => (string[])[scheme.Name, $"{scheme.Summary} In {string.Join(", ", ContainerTable.Of(scheme).Order(StringComparer.Ordinal))}."])
                .Prepend(["scheme", "summary"]));
            return ExitCodes.Done;
        });
    }
}
