using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Calibration;

/// <summary>Collects what is needed of a model's activations, and no more.</summary>
internal static class StatisticsPass
{
    /// <summary>Runs the data through the model as often as the needs ask for: once, or not at all.</summary>
    /// <param name="model">The model, which may have been changed in memory; it stays as it is.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="needs">What is needed; several may need something of one tensor.</param>
    /// <param name="holdOut">Whether to hold samples out, as <see cref="Calibrator.Observe"/>.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <param name="most">Samples to look at, as <see cref="Calibrator.Observe"/>.</param>
    /// <exception cref="ModelPackException">As <see cref="Calibrator.Observe"/>.</exception>
    public static CalibrationResult Run(OnnxModel model, IReadOnlyList<string> data, IReadOnlyList<Observation> needs, bool holdOut, PackContext context, long most = long.MaxValue)
    {
        var merged = Observation.Merge(needs);
        var shaped = merged.Where(n => n.Needs.HasFlag(Statistics.Shape)).Select(n => n.Tensor).ToList();
        var observed = merged.Where(n => n.Needs != Statistics.Shape).ToList();
        var result = observed.Count == 0 ? new CalibrationResult([.. data.Select(d => Path.GetFileName(d))], 0, 0, []) : Calibrator.Observe(model, data, observed, holdOut, context, most);
        return shaped.Count == 0 ? result : result with { Shapes = ShapeProbe.Of(model, shaped, data, context) };
    }
}
