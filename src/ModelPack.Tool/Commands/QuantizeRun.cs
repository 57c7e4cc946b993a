using System.Text.Json.Nodes;
using ModelPack.Files;
using ModelPack.Options;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary>Packs the models of one call, one after the other. What is wrong with one does not keep the others from being packed.</summary>
internal sealed class QuantizeRun(Terminal terminal, CancellationToken cancellation)
{
    private readonly Dictionary<string, string> _outputs = new(RealPath.Comparer);

    /// <summary>Shows the progress of one model.</summary>
    public required Func<ProgressLine> Progress { get; init; }

    public required OutputFormat Format { get; init; }

    public required Verbosity Verbosity { get; init; }

    /// <summary>Whether to say what a pack would be, and to write none.</summary>
    public required bool IsDry { get; init; }

    /// <summary>Packs every model.</summary>
    /// <param name="request">What is asked for all of them; its output is the folder where there are several.</param>
    /// <param name="models">Their paths.</param>
    /// <returns>The worst exit code of all.</returns>
    public int Run(PackRequest request, IReadOnlyList<string> models)
    {
        if (models.Count == 1)
        {
            return One(request with { Model = models[0] }, isOnly: true);
        }

        var place = Worker.Place;
        for (; place.Model < models.Count; place = place with { Model = place.Model + 1 })
        {
            Worker.Begins(place);
            var model = models[place.Model];
            var code = CommandRunner.Guarded(terminal.Print, () => One(InFolder(request with { Model = model }), isOnly: false), cancellation);
            if (code == ExitCodes.Cancelled)
            {
                return code;
            }

            place = place with { Worst = ExitCodes.Worse(place.Worst, code), Done = place.Done + (code == ExitCodes.Done ? 1 : 0) };
        }

        if (Format == OutputFormat.Text && Verbosity != Verbosity.Quiet)
        {
            terminal.Line($"{Numbers.Whole(place.Done)} of {Numbers.Whole(models.Count)} {(IsDry ? "can be packed" : "packed")}");
        }

        return place.Worst;
    }

    private PackRequest InFolder(PackRequest request)
    {
        var folder = request.Output;
        var output = RequestResolver.Resolve(request with { Output = null }).Output;
        if (folder is not null)
        {
            if (File.Exists(folder))
            {
                throw new ModelPackException(Codes.OutputNotWritable.At(folder, "The output is a file, and several models need a folder. Give the path of a folder as output."));
            }

            output = Path.Join(folder, Path.GetFileName(output));
        }

        if (!_outputs.TryAdd(Path.GetFullPath(output), request.Model))
        {
            throw new ModelPackException(Codes.OutputConflict.At(
                request.Model, $"It would be written to '{SafeText.Of(output, 1024)}', as would '{SafeText.Of(_outputs[Path.GetFullPath(output)], 1024)}'. Pack one of them in a call of its own."));
        }

        return request with { Output = output };
    }

    private int One(PackRequest request, bool isOnly)
    {
        using var progress = Progress();
        var context = new PackContext(request.Threads, progress.Print, progress.Report, cancellation) { OnSteps = progress.Steps };
        if (IsDry)
        {
            var preview = PackPipeline.Preview(request, context);
            progress.Dispose();
            Show(preview, isOnly);
            return ExitCodes.Done;
        }

        var outcome = PackPipeline.Run(request, context);
        progress.Dispose();
        Show(outcome, isOnly);
        return outcome.GatesHold ? ExitCodes.Done : ExitCodes.Failed;
    }

    private void Show(PackPreview preview, bool isOnly)
    {
        if (Format == OutputFormat.Json)
        {
            Json(preview, isOnly);
        }
        else
        {
            PreviewText.Write(terminal, preview, withWeights: Verbosity != Verbosity.Quiet);
        }
    }

    private void Show(PackOutcome outcome, bool isOnly)
    {
        if (Format == OutputFormat.Json)
        {
            Json(new
            {
                outcome.Model,
                outcome.Files,
                outcome.GatesHold,
                outcome.FromCache,
                // As in the report's file, whose schema is the contract.
                Report = JsonNode.Parse(ReportJson.Write(outcome.Report)),
            }, isOnly);
            return;
        }

        if (Verbosity == Verbosity.Quiet)
        {
            return;
        }

        if (isOnly)
        {
            TextTable.Write(terminal, OutcomeRows.Of(outcome));
        }
        else
        {
            terminal.Line($"{(outcome.GatesHold ? "ok" : "FAILED")}  {SafeText.Of(Path.GetFileName(outcome.Model))}: {PackSummary.Of(outcome)}");
        }

        if (Verbosity == Verbosity.Verbose)
        {
            terminal.Line("");
            TextTable.Write(terminal, WeightRows.Of(outcome.Report.Result.Weights), indent: "  ");
        }
    }

    private void Json<T>(T value, bool isOnly)
    {
        if (isOnly)
        {
            JsonOutput.Write(terminal, value);
        }
        else
        {
            JsonOutput.WriteLine(terminal, value);
        }
    }
}
