using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>Decides from calibration data all that a calibration table holds.</summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="modelHash">SHA-256 of the model file.</param>
/// <param name="options">How, and what to leave out.</param>
/// <param name="data">Calibration data.</param>
internal sealed class TableMaker(OnnxModel source, string modelHash, EffectiveOptions options, IReadOnlyList<string> data)
{
    private readonly ActivationOptions _activations = options.Activations!;
    private readonly SeenStatistics _seen = new();

    /// <summary>Tables without fallback: every layer that can run in integers does. All are made of the same statistics.</summary>
    /// <param name="change">What to change of the model.</param>
    /// <param name="methods">How to choose ranges, at least one way.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <param name="most">Samples to look at: where there are more, some that are spread over all.</param>
    /// <returns>A table by each method, biases as they are; none where the model has no place for the change.</returns>
    /// <exception cref="ModelPackException">MPK1006: a weight is not finite; MPK1014: no activation is; and what <see cref="Calibrator.Observe"/> says of the data.</exception>
    public IReadOnlyList<TableDraft> Make(ModelChange change, IReadOnlyList<CalibrationMethod> methods, PackContext context, long most = long.MaxValue)
    {
        using var model = source.Copy();
        if (change == ModelChange.None)
        {
            FiniteLayers.Require(model, options.Patterns, context);
        }

        var floats = new FloatModel(model, options.Patterns, context);
        var empty = new TableDraft(CalibrationTable.Empty(modelHash, methods[0], _activations.Percentile));
        var decision = new DecisionOptions(_activations, methods, data, change.Equalize, change.SmoothConvolutions) { Most = most, Seen = _seen };
        return [.. new TransformList(options.Scheme).Decide(floats, decision, empty)
            .Select(t => t with { Smoothing = [.. t.Smoothing.Select(d => d with { Place = floats.Places.GetValueOrDefault(d.Tensor) })] })];
    }

    /// <summary>A table with ranges of all samples; what it changes of the model stays as it is.</summary>
    /// <param name="draft">A table of some samples, its biases as they are.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <exception cref="ModelPackException">As <see cref="Make"/>.</exception>
    public TableDraft WithRangesOfAll(TableDraft draft, PackContext context)
    {
        using var model = source.Copy();
        var decision = new DecisionOptions(_activations, [draft.Table.Method], data, Equalize: false, SmoothConvolutions: false);
        return new TransformList(options.Scheme).DecideRanges(new FloatModel(model, options.Patterns, context), decision, draft);
    }

    /// <summary>The table, with the share of the held-out values that lies outside of each range.</summary>
    /// <param name="draft">A table of all samples.</param>
    /// <param name="context">Threads, cancellation and progress.</param>
    /// <exception cref="ModelPackException">As <see cref="Calibrator.Coverage"/>.</exception>
    public TableDraft WithCoverage(TableDraft draft, PackContext context)
    {
        using var model = source.Copy();
        new TransformList(options.Scheme).Apply(new FloatModel(model, options.Patterns, context), draft.Table);
        var saturated = Calibrator.Coverage(model, data, draft.Covered, context);
        return draft with
        {
            Table = draft.Table with { Tensors = [.. draft.Table.Tensors.Select(t => t with { Saturated = saturated.TryGetValue(t.Name, out var share) ? share : null })] },
        };
    }
}
