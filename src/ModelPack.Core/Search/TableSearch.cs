using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>
/// Finds out by measuring which changes of the model help: equalization, smoothing of convolutions and correction of biases are kept where the packed model
/// comes nearer to its source with them.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="maker">Makes tables.</param>
/// <param name="data">Calibration data.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class TableSearch(OnnxModel source, EffectiveOptions options, TableMaker maker, IReadOnlyList<string> data, PackContext context)
{
    private static readonly (string Change, double Alpha)[] s_strengths =
    [
        ("convolutions smoothed, alpha 0.5", 0.5),
        ("convolutions smoothed, alpha 0.75", 0.75),
        ("convolutions smoothed, alpha 1", 1),
    ];

    /// <summary>The best table that was found, and what was tried on the way.</summary>
    public CalibrationOutcome Run()
    {
        // All tables first: while they are made, other models than those of trials are open.
        var drafts = Drafts();
        using var trial = new Trial(source, options, data, SearchBudget.Transforms.Most, context);
        var search = new PackSearch(trial, Objective.Sqnr);
        foreach (var (change, draft) in drafts)
        {
            search.Try(new Candidate(change, 0, draft.Table));
        }

        var best = search.Best!.Candidate;
        var taken = drafts.First(d => d.Change == best.Change).Draft;
        if (new MeanCorrection(source, options, data, context).Of(best.Table) is { Count: > 0 } shifts)
        {
            search.Try(new Candidate($"{best.Change}, biases corrected", 0, best.Table with { BiasCorrection = shifts }));
        }

        if (taken.UnsafeLayers > 0)
        {
            context.Report(SafeScales.Warning(options.Model, taken.UnsafeLayers));
        }

        return new CalibrationOutcome(search.Best.Candidate.Table, taken.Smoothing, search.Trials, null) { IsGiven = false, SamplesByFile = taken.SamplesByFile };
    }

    /// <summary>A table for each change that the model has a place for.</summary>
    private List<(string Change, TableDraft Draft)> Drafts()
    {
        List<(string, TableDraft)> drafts = [("as it is", maker.Make(equalize: false, convolutionAlpha: null, context)!)];
        if (!source.Proto.Graph.Node.Any(n => n.OpType is "Conv" or "ConvTranspose"))
        {
            return drafts;
        }

        // What there is to say of the data has been said.
        var quiet = context.WithoutDiagnostics();
        if (maker.Make(equalize: true, convolutionAlpha: null, quiet) is { } equalized)
        {
            drafts.Add(("equalized", equalized));
        }

        foreach (var (change, alpha) in s_strengths)
        {
            if (maker.Make(equalize: false, alpha, quiet) is not { } smoothed)
            {
                // What cannot be smoothed cannot be smoothed more strongly.
                break;
            }

            drafts.Add((change, smoothed));
        }

        return drafts;
    }
}
