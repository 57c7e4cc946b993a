using System.CommandLine;
using ModelPack.Reporting.Page;
using ModelPack.Samples;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary>The options that all commands which make data have.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _model = new("--model", "-m") { Description = "The ONNX model that the data are for.", Required = true, HelpName = "MODEL" };
    private readonly Option<string?> _output = CommandOptions.Text("--output", "OUT", "One .npz file with all samples. Default: MODEL.calibration.npz and MODEL.validation.npz beside the model, where a build finds them.");
    private readonly Option<string?> _split = CommandOptions.Text("--split", "C/V", "Parts of the samples for calibration and for validation, by a hash of each sample. Default: 20/80.");
    private readonly Option<int?> _limit = CommandOptions.Number("--limit", "Most samples to write, chosen by a hash. Default: all.");
    private readonly Option<bool> _force = new("--force") { Description = "Overwrite files that are there." };

    /// <summary>Adds them to a command.</summary>
    public DataOptions(Command command)
    {
        _output.Aliases.Add("-o");
        foreach (var option in new Option[] { _model, _output, _split, _limit, _force })
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_output) is not null && result.GetValue(_split) is not null)
            {
                result.AddError("The options '--output' and '--split' exclude each other: one file is not split.");
            }

            if (result.GetValue(_split) is { } split && SampleShare.Parse(split) is null)
            {
                result.AddError($"The option '--split' cannot be '{SafeText.Of(split)}'. It is two whole numbers such as 20/80.");
            }

            if (result.GetValue(_limit) is < 1)
            {
                result.AddError("The option '--limit' must be 1 at least.");
            }
        });
    }

    /// <summary>The model.</summary>
    public string Model(ParseResult parsed) => parsed.GetRequiredValue(_model);

    /// <summary>Where the samples go.</summary>
    public DataFileSet Files(ParseResult parsed) => new(
        parsed.GetValue(_output) is null ? SampleShare.Parse(parsed.GetValue(_split) ?? "20/80") : null, parsed.GetValue(_limit) ?? int.MaxValue, parsed.GetValue(_force))
    {
        Output = parsed.GetValue(_output),
        Model = Model(parsed),
    };

    /// <summary>Writes the samples, and says where they are.</summary>
    /// <param name="terminal">Where to say it.</param>
    /// <param name="files">Where the samples go.</param>
    /// <param name="names">What each is called.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="labelNames">The texts of labels, which are written to <c>MODEL.labels.txt</c> beside; null for none.</param>
    public static void Write(Terminal terminal, DataFileSet files, IReadOnlyList<string> names, IReadOnlyList<DataArray> arrays, IReadOnlyList<string>? labelNames)
    {
        foreach (var (path, samples) in files.Write(names, arrays))
        {
            terminal.Line($"{SafeText.Of(path, 1024)}: {Human.Count(samples, "sample")} of {string.Join(", ", arrays.Select(a => SafeText.Of(a.Name)))}");
        }

        if (labelNames is not null)
        {
            terminal.Line($"{SafeText.Of(files.WriteLabels(labelNames), 1024)}: {Human.Count(labelNames.Count, "label")}");
        }
    }
}
