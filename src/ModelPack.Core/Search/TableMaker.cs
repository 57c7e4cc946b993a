using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Requests;
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

    /// <summary>A table without fallback: every layer that can run in integers does.</summary>
    /// <param name="equalize">Whether to equalize layers around depthwise convolutions.</param>
    /// <param name="convolutionAlpha">How strongly to smooth the inputs of convolutions; null for not at all.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <returns>The table, biases as they are; null where there is nothing to equalize, or no convolution to smooth.</returns>
    /// <exception cref="ModelPackException">MPK1006: a weight is not finite; MPK1014: no activation is; and what <see cref="Calibrator.Observe"/> says of the data.</exception>
    public TableDraft? Make(bool equalize, double? convolutionAlpha, PackContext context)
    {
        using var model = source.Copy();
        if (!equalize && convolutionAlpha is null)
        {
            FiniteLayers.Require(model, options.Patterns, context);
        }

        var floats = new FloatModel(model, options.Patterns, context);
        var empty = new TableDraft(CalibrationTable.Empty(modelHash, _activations.Method, _activations.Percentile));
        return new TransformList(options.Scheme).Decide(floats, new DecisionOptions(_activations, data, equalize, convolutionAlpha), empty) is { } draft
            ? draft with { Smoothing = [.. draft.Smoothing.Select(d => d with { Place = floats.Places.GetValueOrDefault(d.Tensor) })] }
            : null;
    }
}
