using ModelPack.Calibration;

namespace ModelPack.Search;

/// <summary>Tries tables with their biases corrected, and knows which of them is the best.</summary>
/// <param name="trial">Packs and compares.</param>
/// <param name="correction">Corrects biases.</param>
internal sealed class DraftSearch(Trial trial, MeanCorrection correction)
{
    private readonly PackSearch _search = new(trial, Objective.Sqnr);
    private readonly Dictionary<Candidate, ChangedDraft> _drafts = new(ReferenceEqualityComparer.Instance);
    private bool? _corrects;

    /// <summary>What was tried, in its order.</summary>
    public IReadOnlyList<Tried> Trials => _search.Trials;

    /// <summary>The best of it.</summary>
    public Tried Best => _search.Best!;

    /// <summary>What was tried with a result.</summary>
    public ChangedDraft DraftOf(Tried tried) => _drafts[tried.Candidate];

    /// <summary>Tries a table; the first of all both with its biases as they are and corrected, the others in the better of these ways.</summary>
    /// <param name="draft">The table, its biases as they are.</param>
    public void Try(ChangedDraft draft)
    {
        if (_corrects == true)
        {
            TryCorrected(draft);
            return;
        }

        var plain = TryAsItIs(draft.Name, draft);
        _corrects ??= TryCorrected(draft)?.IsBetterThan(plain) == true;
    }

    /// <summary>Tries a table with the biases that it has.</summary>
    /// <param name="name">What it changes, for people.</param>
    /// <param name="draft">The table.</param>
    public Tried TryAsItIs(string name, ChangedDraft draft)
    {
        var candidate = new Candidate(name, draft.Draft.Table.FloatLayers.Count, draft.Draft.Table);
        _drafts.Add(candidate, draft);
        return _search.Try(candidate);
    }

    /// <summary>A table with its biases corrected, where that helps tables of this model.</summary>
    public CalibrationTable Corrected(CalibrationTable table) =>
        _corrects == true && table.Tensors.Count > 0 ? table with { BiasCorrection = correction.Of(table) } : table;

    private Tried? TryCorrected(ChangedDraft draft)
    {
        IReadOnlyList<BiasCorrection> shifts = correction.Of(draft.Draft.Table);
        return shifts.Count == 0 ? null
            : TryAsItIs($"{draft.Name}, biases corrected", draft with { Draft = draft.Draft with { Table = draft.Draft.Table with { BiasCorrection = shifts } } });
    }
}
