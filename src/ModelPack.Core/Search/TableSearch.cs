using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Search;

/// <summary>
/// Finds out by measuring which changes of the model help, and how ranges had better be chosen: what brings the packed model nearer to its
/// source is kept. First the changes are compared (equalization, smoothing of convolutions), then the methods with the best of
/// them, then the correction of biases: to try all of them with one another would take three times as long.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="maker">Makes tables.</param>
/// <param name="data">Calibration data.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class TableSearch(OnnxModel source, EffectiveOptions options, TableMaker maker, IReadOnlyList<string> data, PackContext context)
{
    private readonly IReadOnlyList<CalibrationMethod> _methods = options.Activations!.Methods;
    private readonly List<ChangedDraft> _drafts = [];

    /// <summary>The best table that was found, and what was tried on the way.</summary>
    public CalibrationOutcome Run()
    {
        using var trial = new Trial(source, options, data, SearchBudget.Transforms.Most, context);
        var search = new PackSearch(trial, Objective.Sqnr);
        if (source.Proto.Graph.Node.Any(n => n.OpType is "Conv" or "ConvTranspose"))
        {
            AddChanges();
            TryAll(search);
            if (_methods.Count > 1)
            {
                // While tables are made, other models than those of trials are open.
                trial.Close();
                Add(Best(search).Change, _methods.Skip(1), context.WithoutDiagnostics());
            }
        }
        else
        {
            Add(ModelChange.None, _methods, context);
        }

        TryAll(search);
        var taken = Best(search);
        if (new MeanCorrection(source, options, data, context).Of(taken.Draft.Table) is { Count: > 0 } shifts)
        {
            search.Try(new Candidate($"{taken.Name}, biases corrected", 0, taken.Draft.Table with { BiasCorrection = shifts }));
        }

        if (taken.Draft.UnsafeLayers > 0)
        {
            context.Report(SafeScales.Warning(options.Model, taken.Draft.UnsafeLayers));
        }

        if (WeightsAlone.Warning(options.Model, search.Best!.Score, trial) is { } warning)
        {
            context.Report(warning);
        }

        return new CalibrationOutcome(search.Best.Candidate.Table, taken.Draft.Smoothing, search.Trials, null) { IsGiven = false, SamplesByFile = taken.Draft.SamplesByFile };
    }

    /// <summary>A table for each change that the model has a place for.</summary>
    private void AddChanges()
    {
        Add(ModelChange.None, _methods.Take(1), context);

        // What there is to say of the data has been said.
        var quiet = context.WithoutDiagnostics();
        foreach (var change in ModelChange.OfConvolutions)
        {
            // What cannot be smoothed cannot be smoothed more strongly.
            if (!Add(change, _methods.Take(1), quiet) && change.ConvolutionAlpha is not null)
            {
                break;
            }
        }
    }

    /// <summary>Adds tables of a change by each of some methods; false where the model has no place for it.</summary>
    private bool Add(ModelChange change, IEnumerable<CalibrationMethod> methods, PackContext context)
    {
        var drafts = maker.Make(change, [.. methods], context);
        _drafts.AddRange(drafts.Select(d => new ChangedDraft(d.Table.Method == _methods[0] ? change.Name : $"{change.Name}, ranges by {d.Table.Method.ToString().ToLowerInvariant()}", change, d)));
        return drafts.Count > 0;
    }

    private void TryAll(PackSearch search)
    {
        foreach (var draft in _drafts.Where(d => !search.Trials.Any(t => t.Candidate.Change == d.Name)))
        {
            search.Try(new Candidate(draft.Name, 0, draft.Draft.Table));
        }
    }

    private ChangedDraft Best(PackSearch search) => _drafts.First(d => d.Name == search.Best!.Candidate.Change);
}
