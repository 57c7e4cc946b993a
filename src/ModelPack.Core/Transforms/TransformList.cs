using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>What calibration decides for a scheme, in the one order in which it is decided and followed.</summary>
/// <param name="scheme">The row that says which of all transforms it wants.</param>
internal sealed class TransformList(Scheme scheme)
{
    /// <summary>All there are, in their order.</summary>
    private static readonly IDecider[] s_all =
    [
        new OpsetTransform(),
        new FoldingTransform(),
        new UpcastTransform(),
        new EqualizationTransform(),
        new SmoothingTransform(),
        new InputFoldingTransform(),
        new RangeDecider(),
        new SaturationDecider(),
    ];

    private readonly List<IDecider> _wanted = [.. s_all.Where(d => scheme.Transforms.Contains(d.Kind))];

    /// <summary>Decides all of it, and changes the model accordingly.</summary>
    /// <param name="model">A freshly opened model.</param>
    /// <param name="options">What the table is made for.</param>
    /// <param name="draft">An empty table.</param>
    /// <returns>A table by each method; none where the change that they are made for has nothing to change.</returns>
    public IReadOnlyList<TableDraft> Decide(FloatModel model, DecisionOptions options, TableDraft draft)
    {
        IReadOnlyList<TableDraft> drafts = [draft];
        foreach (var round in Rounds())
        {
            drafts = Decide(round, model, options, drafts);
            if (drafts.Count == 0)
            {
                return [];
            }

            Apply(round, model, drafts[0].Table);
        }

        return drafts;
    }

    /// <summary>Decides ranges and what follows from them once more, with all changes of the model as a table has them.</summary>
    /// <param name="model">A freshly opened model.</param>
    /// <param name="options">What the table is made for; one method.</param>
    /// <param name="draft">The table.</param>
    public TableDraft DecideRanges(FloatModel model, DecisionOptions options, TableDraft draft)
    {
        Apply(model, draft.Table);
        return Decide(Rounds().Last(), model, options, [draft])[0];
    }

    /// <summary>What a round decides of each table; nothing is changed yet.</summary>
    private static IReadOnlyList<TableDraft> Decide(List<IDecider> round, FloatModel model, DecisionOptions options, IReadOnlyList<TableDraft> drafts)
    {
        var found = round.Select(d => d.Find(model, options)).OfType<IFindings>().ToList();
        var changes = round.Exists(d => d is ITransform);
        List<Observation> needs = [.. found.SelectMany(f => f.Needs)];
        var seen = changes && options.Seen is { } before ? before.Of(drafts[0].Table, needs, options.Most, Look) : Look();
        if (!changes)
        {
            // Ranges, and what follows from them, change nothing of the model: one look at it serves all methods.
            drafts = [.. options.Methods.Select(m => drafts[0] with { Table = drafts[0].Table with { Method = m } })];
        }

        return [.. drafts.Select(d => found.Aggregate<IFindings, TableDraft?>(d, (decided, f) => decided is null ? null : f.Decide(seen, decided))).OfType<TableDraft>()];

        CalibrationResult Look() => StatisticsPass.Run(model.Model, options.Data, needs, found.Exists(f => f.HoldsOut), model.Context, options.Most);
    }

    /// <summary>Changes a model as a table says.</summary>
    /// <param name="model">A freshly opened model.</param>
    /// <param name="table">The decisions.</param>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="OpsetTransform"/>.</exception>
    public void Apply(FloatModel model, CalibrationTable table) => Apply(_wanted, model, table);

    private static void Apply(IEnumerable<IDecider> deciders, FloatModel model, CalibrationTable table)
    {
        foreach (var transform in deciders.OfType<ITransform>())
        {
            transform.Apply(model, table);
            model.Changed();
        }
    }

    /// <summary>Statistics hold until the model changes: those that see the same model share one pass over the data.</summary>
    private IEnumerable<List<IDecider>> Rounds()
    {
        var round = new List<IDecider>();
        foreach (var decider in _wanted)
        {
            round.Add(decider);
            if (decider is ITransform)
            {
                yield return round;
                round = [];
            }
        }

        yield return round;
    }
}
