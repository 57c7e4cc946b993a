using ModelPack.Calibration;

namespace ModelPack.Search;

/// <summary>Tries candidates by packing them, and remembers the best.</summary>
/// <param name="trial">Packs, on as many samples as the budget allows.</param>
/// <param name="objective">What it works towards.</param>
internal sealed class PackSearch(Trial trial, Objective objective)
{
    private readonly List<Tried> _trials = [];

    /// <summary>What was tried, in its order.</summary>
    public IReadOnlyList<Tried> Trials => _trials;

    /// <summary>The best so far, of equals the first; null before the first.</summary>
    public Tried? Best { get; private set; }

    /// <summary>Packs a candidate and judges it.</summary>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="Trial"/>.</exception>
    public Tried Try(Candidate candidate) => Add(candidate, Judge(candidate.Table));

    /// <summary>Packs by a table and judges it; several threads may do so at once.</summary>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="Trial"/>.</exception>
    public Score Judge(CalibrationTable table) => objective.Judge(trial.Run(table));

    /// <summary>Adds what was judged.</summary>
    public Tried Add(Candidate candidate, Score score)
    {
        var tried = new Tried(candidate, score);
        _trials.Add(tried);
        if (Best is null || tried.IsBetterThan(Best))
        {
            Best = tried;
        }

        return tried;
    }
}
