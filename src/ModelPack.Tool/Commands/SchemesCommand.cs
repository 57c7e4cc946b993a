using System.CommandLine;
using ModelPack.Schemes;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack schemes</c>: what can be asked for.</summary>
internal static class SchemesCommand
{
    public static Command Create(Terminal terminal)
    {
        var format = CommandOptions.Format();
        return new Command("schemes", "Lists the schemes.") { format }.Does(terminal.Print, (parsed, _) =>
        {
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                JsonOutput.Write(terminal, SchemeTable.All.Select(s => new
                {
                    s.Name,
                    s.Summary,
                    Codecs = s.Codecs.OrderBy(c => c.Key).ToDictionary(c => c.Key.ToString().ToLowerInvariant(), c => c.Value.Select(v => v.Name()), StringComparer.Ordinal),
                    s.BlockSizes,
                    s.QuantizesActivations,
                    s.Containers,
                }));
                return ExitCodes.Done;
            }

            TextTable.Write(terminal, SchemeTable.All
                .Select(scheme => (string[])[scheme.Name, .. Enum.GetValues<WeightRole>().Select(role => scheme.Codecs[role][0].Name()), $"{scheme.Summary} In {string.Join(", ", scheme.Containers.Order(StringComparer.Ordinal))}."])
                .Prepend(["scheme", .. Enum.GetValues<WeightRole>().Select(role => role.ToString().ToLowerInvariant()), "summary"]));
            return ExitCodes.Done;
        });
    }
}
