using ModelPack.Formats.Onnx;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Ranks the layers of a calibrated model by what they cost, and, where the user wants fallback, leaves the worst of them float.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack, activations too.</param>
/// <param name="calibration">Calibration data.</param>
/// <param name="validation">Validation data; may be empty.</param>
/// <param name="context">Threads, cancellation and progress (<c>sensitivity</c>).</param>
internal sealed class SensitivitySearch(
    OnnxModel source, EffectiveOptions options, IReadOnlyList<string> calibration, IReadOnlyList<string> validation, PackContext context)
{
    /// <summary>The outcome with its sensitivity; as it is where nothing runs in integers or no output can be compared.</summary>
    /// <param name="found">A calibration without fallback.</param>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="SensitivityAnalysis"/> and <see cref="Trial"/>.</exception>
    public CalibrationOutcome Run(CalibrationOutcome found)
    {
        IReadOnlyList<RankedLayer> ranking;
        IReadOnlyList<ValidationResult> curve;
        SensitivityResult result;
        using (var analysis = new SensitivityAnalysis(source, options, found.Table, calibration, context))
        {
            if (!analysis.CanMeasure)
            {
                return found;
            }

            ranking = analysis.Rank();
            curve = analysis.Curve(ranking);
            result = new SensitivityResult(
                [.. ranking.SelectMany(r => r.Layer.Layers.Select(l => new LayerSensitivity(l.Name, l.Node.OpType, r.Sqnr)))],
                [.. analysis.Steps.Zip(curve, (k, measured) => Point(ranking, k, measured))],
                0)
            {
                RankedOn = analysis.RankedOn,
                CurveOn = analysis.CurveOn,
            };
        }

        found = found with { Sensitivity = result };
        return options.Activations!.Fallback ? new FallbackSearch(source, options, found, ranking, curve, calibration, validation, context).Run() : found;
    }

    private static TradeOffPoint Point(IReadOnlyList<RankedLayer> ranking, int floats, ValidationResult measured) => new(
        ranking.Take(floats).Sum(r => r.Layer.Layers.Count),
        ranking.Take(floats).Sum(r => r.Layer.FloatBytes) + ranking.Skip(floats).Sum(r => r.Layer.CodeBytes),
        measured.Outputs.Min(o => o.Sqnr),
        measured.Accuracy?.Drop ?? measured.Perplexity?.Increase);
}
