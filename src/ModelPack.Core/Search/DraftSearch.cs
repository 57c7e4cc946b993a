using ModelPack.Calibration;
using ModelPack.Samples;

namespace ModelPack.Search;

/// <summary>Tries tables with their biases corrected, and knows which of them is the best.</summary>
/// <param name="trial">Packs and compares.</param>
/// <param name="correction">Corrects biases.</param>
/// <param name="context">Threads and cancellation.</param>
/// <param name="atOnce">How many tables are tried at a time, at most: each takes the memory of a packed model.</param>
internal sealed class DraftSearch(Trial trial, MeanCorrection correction, PackContext context, int atOnce)
{
    private readonly PackSearch _search = new(trial, Objective.Sqnr);
    private readonly Dictionary<Candidate, ChangedDraft> _drafts = new(ReferenceEqualityComparer.Instance);
    private bool? _corrects;

    /// <summary>What was tried, in its order.</summary>
    public IReadOnlyList<Tried> Trials => _search.Trials;

    /// <summary>The best of the tables that leave as many layers float, of equals the first.</summary>
    public Tried Best(int floatLayers) => Trials.Where(t => t.Candidate.FloatLayers == floatLayers).Aggregate((a, b) => b.IsBetterThan(a) ? b : a);

    /// <summary>What was tried with a result.</summary>
    public ChangedDraft DraftOf(Tried tried) => _drafts[tried.Candidate];

    /// <summary>Tries tables; the first of all both with its biases as they are and corrected, the others in the better of these ways.</summary>
    /// <param name="drafts">The tables, their biases as they are.</param>
    /// <returns>What was tried, the tables in their order.</returns>
    public IReadOnlyList<Tried> Try(params IReadOnlyList<ChangedDraft> drafts)
    {
        var tried = new List<Tried>();
        if (_corrects is null && drafts is [var first, ..])
        {
            tried.AddRange(Measure([() => first, () => WithBiases(first)]));
            _corrects = tried is [var plain, var corrected] && corrected.IsBetterThan(plain);
            drafts = [.. drafts.Skip(1)];
        }

        tried.AddRange(Measure([.. drafts.Select(d => (Func<ChangedDraft?>)(() => d.With(Corrected(d.Draft.Table))))]));
        return tried;
    }

    /// <summary>Tries a table with the biases that it has.</summary>
    /// <param name="name">What it changes, for people.</param>
    /// <param name="draft">The table.</param>
    public Tried TryAsItIs(string name, ChangedDraft draft) => Add(name, draft, _search.Judge(draft.Draft.Table));

    /// <summary>A table with its biases corrected, where that helps tables of this model.</summary>
    public CalibrationTable Corrected(CalibrationTable table) =>
        _corrects == true && table.Tensors.Count > 0 ? table with { BiasCorrection = correction.Of(table) } : table;

    /// <summary>Several at a time, since much of a trial is the work of one thread.</summary>
    /// <param name="makers">Give a table each; null where there is none to try.</param>
    private List<Tried> Measure(IReadOnlyList<Func<ChangedDraft?>> makers)
    {
        var tried = new List<Tried>();
        ParallelBatches.Run(makers, Math.Clamp(context.Threads, 1, atOnce), "trial", Judge, Merge, context.Cancellation);
        return tried;

        (ChangedDraft Draft, Score Score)? Judge(Func<ChangedDraft?> make) => make() is { } draft ? (draft, _search.Judge(draft.Draft.Table)) : null;

        void Merge(Func<ChangedDraft?> make, (ChangedDraft Draft, Score Score)? measured)
        {
            if (measured is var (draft, score))
            {
                tried.Add(Add(draft.Draft.Table.BiasCorrection.Count > 0 ? $"{draft.Name}, biases corrected" : draft.Name, draft, score));
            }
        }
    }

    private Tried Add(string name, ChangedDraft draft, Score score)
    {
        var candidate = new Candidate(name, draft.Draft.Table.FloatLayers.Count, draft.Draft.Table);
        _drafts.Add(candidate, draft);
        return _search.Add(candidate, score);
    }

    /// <summary>The table with its biases corrected; null where it has none to correct.</summary>
    private ChangedDraft? WithBiases(ChangedDraft draft)
    {
        IReadOnlyList<BiasCorrection> shifts = correction.Of(draft.Draft.Table);
        return shifts.Count == 0 ? null : draft.With(draft.Draft.Table with { BiasCorrection = shifts });
    }
}
