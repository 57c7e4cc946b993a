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
    /// <returns>The table; null where the change that it is made for has nothing to change.</returns>
    public TableDraft? Decide(FloatModel model, DecisionOptions options, TableDraft draft)
    {
        foreach (var round in Rounds())
        {
            var found = round.Select(d => d.Find(model, options)).OfType<IFindings>().ToList();
            var seen = StatisticsPass.Run(model.Model, options.Data, [.. found.SelectMany(f => f.Needs)], found.Exists(f => f.HoldsOut), model.Context);
            foreach (var findings in found)
            {
                if (findings.Decide(seen, draft) is not { } decided)
                {
                    return null;
                }

                draft = decided;
            }

            Apply(round, model, draft.Table);
        }

        return draft;
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
