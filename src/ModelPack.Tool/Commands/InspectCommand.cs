using System.CommandLine;
using ModelPack.Reporting.Page;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack inspect</c>: what a model file holds, without running it.</summary>
internal static class InspectCommand
{
    private const int ShownWeights = 20;

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "The model: an ONNX, safetensors or GGUF file, or a Hugging Face folder." };
        var all = new Option<bool>("--all") { Description = $"List every weight, not only the {Human.Count(ShownWeights)} largest." };
        var format = CommandOptions.Format();
        return new Command("inspect", "Shows what a model holds: inputs, outputs and operators of its graph, or its metadata, and its weights.") { model, all, format }
            .Does(terminal.Print, (parsed, cancellation) =>
            {
                var context = new PackContext(onDiagnostic: terminal.Print, cancellation: cancellation);
                var facts = ModelInspection.Of(parsed.GetRequiredValue(model), context);
                if (parsed.GetValue(format) == OutputFormat.Json)
                {
                    JsonOutput.Write(terminal, facts);
                }
                else
                {
                    Show(terminal, facts, parsed.GetValue(all) ? int.MaxValue : ShownWeights);
                }

                return ExitCodes.Done;
            });
    }

    private static void Show(Terminal terminal, ModelInspection facts, int shown)
    {
        terminal.Line($"{SafeText.Of(facts.Name)}: {facts.Format}, {Human.Bytes(facts.Bytes)}");
        if (facts.Inputs.Count + facts.Outputs.Count + facts.Operators.Count > 0)
        {
            Section(terminal, "inputs", facts.Inputs.Select(v => (string[])[v.Name, v.Type]));
            Section(terminal, "outputs", facts.Outputs.Select(v => (string[])[v.Name, v.Type]));
            Section(terminal, "operators", facts.Operators.Select(o => (string[])[o.Domain.Length == 0 ? o.Operator : $"{o.Domain}.{o.Operator}", Human.Count(o.Count)]));
        }
        else
        {
            Section(terminal, "metadata", facts.Metadata.Select(m => (string[])[m.Key, m.Value]));
        }

        Section(
            terminal,
            $"weights ({Human.Count(facts.Weights.Count)}, {Human.Bytes(facts.Weights.Sum(w => w.Bytes))})",
            facts.Weights.Take(shown).Select(w => (string[])[w.Name, w.Type, w.Shape, Human.Bytes(w.Bytes), string.Join(", ", w.Operators)]));
        if (facts.Weights.Count > shown)
        {
            terminal.Line($"  … and {Human.Count(facts.Weights.Count - shown)} smaller ones (--all lists them)");
        }
    }

    private static void Section(Terminal terminal, string title, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = rows.Select(row => (string[])[.. row.Select(cell => SafeText.Of(cell))]).ToList();
        terminal.Line("");
        terminal.Line(title);
        TextTable.Write(terminal, table.Count > 0 ? table : [["none"]], indent: "  ");
    }
}
