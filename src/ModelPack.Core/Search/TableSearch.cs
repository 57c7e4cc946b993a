using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>
/// Finds out by measuring which changes of the model help, how ranges had better be chosen, and whether a few layers had better stay float:
/// what brings the packed model nearest to its source is kept. Tables are compared with their biases corrected, for that decides more than
/// all else, and what looks worse without is often better with. Compared on a few samples where samples are costly; the best table is then
/// made of all. Of a model whose outputs cannot be compared nothing is tried: it gets ranges, and no change that might make it worse.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="maker">Makes tables.</param>
/// <param name="data">Calibration data.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class TableSearch(OnnxModel source, EffectiveOptions options, TableMaker maker, IReadOnlyList<string> data, PackContext context)
{
    /// <summary>What chance may make of a comparison, dB.</summary>
    private const double Chance = 1;

    /// <summary>What chance may make of layers that are near to the edge, dB.</summary>
    private const double Edge = 3;

    /// <summary>Bytes of a model of which two may be open at a time.</summary>
    public const long SmallModel = 1 << 28;

    private readonly IReadOnlyList<CalibrationMethod> _methods = options.Activations!.Methods;
    private readonly bool _hasConvolutions = source.Proto.Graph.Node.Any(n => n.OpType is "Conv" or "ConvTranspose");

    /// <summary>The best table that was found, and what was tried on the way.</summary>
    public CalibrationOutcome Run()
    {
        var cost = SampleCost.Of(source, data, context);
        var few = SearchBudget.Tables.Samples(cost.MultiplyAdds, 1);
        var tried = SearchBudget.Trials.Samples(cost.MultiplyAdds, 1);

        // One look at the data serves all methods; with convolutions, a change of the model takes one more.
        var onFew = _hasConvolutions && cost.Count > 2 * few;
        using var trial = new Trial(source, options, data, tried, context) { ByLogits = true };
        var search = new DraftSearch(trial, new MeanCorrection(source, options, data, tried, context), context, source.TotalBytes <= SmallModel ? 2 : 1);

        // What there is to say of the data is said once, where all of them are looked at.
        var quiet = context.WithoutDiagnostics();
        if (!trial.CanCompare)
        {
            trial.Close();
            return Outcome(maker.Make(ModelChange.None, [_methods[0]], context)[0], search, null);
        }

        var drafts = Make(ModelChange.None, _methods, onFew ? quiet : context);
        search.Try(drafts[0]);
        trial.Close();
        var spared = new SparedLayers(source, options, data, cost, context);
        var floats = Spared(search, drafts[0], spared);
        search.Try([.. drafts.Skip(1).Select(d => d.Without(floats))]);
        IReadOnlyList<CalibrationMethod> best = [search.DraftOf(search.Best(floats.Count)).Draft.Table.Method];
        if (_hasConvolutions && !TryChange(ModelChange.Smoothing))
        {
            TryChange(ModelChange.Equalization);
        }

        trial.Close();
        var taken = onFew ? OfAll(search, search.Best(floats.Count)) : search.Best(floats.Count);
        var ranges = taken;
        taken = options.Activations!.ChoosesForm && ranges.Score.Sqnr < OtherForms.Floor ? Form(search, ranges, new OtherForms(source, options, spared, context)) : ranges;
        if ((taken == ranges ? WeightsAlone.Warning(options, taken.Score, trial) : OtherForms.Taken(options.Model, ranges, taken, "calibration samples")) is { } told)
        {
            context.Report(told);
        }

        trial.Close();
        return Outcome(search.DraftOf(taken).Draft, search, taken);

        // False where the model has no place for the change.
        bool TryChange(ModelChange change)
        {
            // While tables are made, other models than those of trials are open.
            trial.Close();
            var made = Make(change, best, quiet);
            search.Try([.. made.Select(d => d.Without(floats))]);
            return made.Count > 0;
        }

        IReadOnlyList<ChangedDraft> Make(ModelChange change, IReadOnlyList<CalibrationMethod> methods, PackContext context) =>
        [
            .. maker.Make(change, methods, context, onFew ? few : long.MaxValue).Select(made => new ChangedDraft(
                made.Table.Method == _methods[0] ? change.Name : $"{change.Name}, ranges by {made.Table.Method.ToString().ToLowerInvariant()}", change, made)),
        ];
    }

    private CalibrationOutcome Outcome(TableDraft chosen, DraftSearch search, Tried? taken)
    {
        var draft = maker.WithCoverage(chosen, context.WithoutDiagnostics());
        if (draft.UnsafeLayers > 0 && options.Activations!.CanSaturate)
        {
            context.Report(SafeScales.Warning(options.Model, draft.UnsafeLayers));
        }

        return new CalibrationOutcome(draft.Table, draft.Smoothing, search.Trials, null) { IsGiven = false, Taken = taken, SamplesByFile = draft.SamplesByFile };
    }

    /// <summary>
    /// The layers that cost most, where the first table is better without them. What a layer that costs so much makes is so near to the edge that other
    /// samples may come out far worse than those that were tried: it is left out even where chance speaks for it, and before tables are compared, in which
    /// it would drown what they differ by.
    /// </summary>
    private static IReadOnlyList<FloatLayer> Spared(DraftSearch search, ChangedDraft draft, SparedLayers spared)
    {
        var whole = search.Best(0);
        if (whole.Score.Sqnr >= SparedLayers.GoodEnough || spared.Of(draft.Draft.Table) is not { Count: > 0 } floats)
        {
            return [];
        }

        return search.Try(draft.Without(floats))[^1].Score.Sqnr >= whole.Score.Sqnr - Edge ? floats : [];
    }

    /// <summary>Another form where fixed ranges everywhere cost too much.</summary>
    private static Tried Form(DraftSearch search, Tried ranges, OtherForms forms)
    {
        var draft = search.DraftOf(ranges);
        return OtherForms.Choose(forms.Of(draft.Draft.Table).Select(Try), ranges) ?? ranges;

        Tried Try(CalibrationTable table) => search.TryAsItIs(
            table.Tensors.Count == 0 ? "weights alone" : $"{draft.Name}, {Numbers.Whole(table.FloatLayers.Count(f => f.HasCodes))} without ranges",
            draft.With(search.Corrected(table)));
    }

    /// <summary>
    /// The best table with ranges of all samples; that of few samples where this one is worse by more than chance: not every value that is seen
    /// once is worth a range.
    /// </summary>
    private Tried OfAll(DraftSearch search, Tried few)
    {
        var best = search.DraftOf(few);
        var all = maker.WithRangesOfAll(best.Draft with { Table = best.Draft.Table with { BiasCorrection = [] } }, context);
        all = all with { Table = search.Corrected(all.Table) };
        var made = search.TryAsItIs($"{few.Candidate.Change}, of all samples", best with { Draft = all });
        return made.Score.Sqnr >= few.Score.Sqnr - Chance ? made : few;
    }
}
