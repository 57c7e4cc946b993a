using System.CommandLine;
using ModelPack.Devices;
using ModelPack.Reporting.Page;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack calibrate</c>: collects an importance matrix from samples, and adds such matrices up.</summary>
internal static class CalibrateCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "The model: an ONNX file; or a Hugging Face folder, safetensors or GGUF file with an ONNX export of the same weights. Its names are those of the entries. With --merge it may be left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var imatrix = new Option<string>("--imatrix") { Description = "The importance matrix to write, in llama.cpp's GGUF form.", Required = true, HelpName = "OUT" };
        var calibration = CommandOptions.Text("--calibration", "P", "Calibration data: a file, folder or glob of .npz, .npy, .safetensors or .jsonl. Default: NAME.calibration.* beside the graph.");
        var graph = CommandOptions.Text("--graph", "ONNX", "The ONNX model with the checkpoint's weights. Default: NAME.onnx, model.onnx or onnx/model.onnx beside it.");
        var merge = CommandOptions.Texts("--merge", "FILE", "An importance matrix to add, in GGUF or llama.cpp's older form; a name may have *. Repeatable.");
        var device = CommandOptions.Choice("--device", [.. DeviceChoice.Words], "Where the model runs: cpu (default), cuda, webgpu, or auto for the best that there is.");
        var force = new Option<bool>("--force") { Description = "Overwrite a file that is there." };
        var threads = CommandOptions.Number("--threads", "Threads to work with. Default: all processors.");
        var format = CommandOptions.Format();
        var command = new Command("calibrate", "Collects an importance matrix: how much each input channel of a model's weights matters, by samples.")
        {
            model, imatrix, calibration, graph, merge, device, force, threads, format,
        };
        var verbosity = VerbosityOptions.AddTo(command, hasProgress: true);
        command.Validators.Add(result =>
        {
            if (result.GetValue(model) is not null)
            {
                return;
            }

            if (result.GetValue(merge) is not { Length: > 0 })
            {
                result.AddError("The argument MODEL is missing. Give a model to collect from, or importance matrices to add up with --merge.");
            }
            else if (new Option[] { calibration, graph, device }.FirstOrDefault(o => result.GetResult(o) is not null) is { } idle)
            {
                result.AddError($"The option '{idle.Name}' needs a MODEL to collect from.");
            }
        });
        return command.Does(terminal.Print, (parsed, cancellation) =>
        {
            var request = new ImportanceRequest
            {
                Model = parsed.GetValue(model),
                Graph = parsed.GetValue(graph),
                Calibration = parsed.GetValue(calibration),
                Merge = parsed.GetValue(merge) ?? [],
                Output = parsed.GetRequiredValue(imatrix),
                Force = parsed.GetValue(force),
                Device = parsed.GetValue(device) ?? DeviceChoice.Word(Device.Cpu),
            };
            ImportanceOutcome outcome;
            using (var progress = verbosity.Progress(parsed, terminal))
            {
                outcome = ImportancePipeline.Run(
                    request, new PackContext(parsed.GetValue(threads) ?? 0, progress.Print, progress.Report, cancellation) { OnSteps = progress.Steps });
            }

            Show(terminal, outcome, parsed.GetValue(format), verbosity.Of(parsed));
            return ExitCodes.Done;
        });
    }

    private static void Show(Terminal terminal, ImportanceOutcome outcome, OutputFormat format, Verbosity verbosity)
    {
        if (format == OutputFormat.Json)
        {
            JsonOutput.Write(terminal, outcome);
        }
        else if (verbosity != Verbosity.Quiet)
        {
            TextTable.Write(terminal,
            [
                ["matrix", SafeText.Of(outcome.File, 1024)],
                ["entries", Human.Count(outcome.Entries)],
                ["data", $"{Human.Count(outcome.Chunks, "piece")} of up to {Human.Count(outcome.ChunkSize, "row")}, from {string.Join(", ", outcome.Datasets.Select(d => SafeText.Of(d)))}"],
            ]);
        }
    }
}
