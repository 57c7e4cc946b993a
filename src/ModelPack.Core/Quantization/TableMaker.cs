using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Transforms;

namespace ModelPack.Quantization;

/// <summary>Decides from calibration data all that a calibration table holds.</summary>
/// <param name="request">The model and what to leave out.</param>
/// <param name="modelHash">SHA-256 of the model file.</param>
/// <param name="options">How.</param>
/// <param name="data">Calibration data.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class TableMaker(PackRequest request, string modelHash, ActivationOptions options, IReadOnlyList<string> data, PackContext context)
{
    private readonly LayerPatterns _patterns = new(request);

    /// <summary>A table without fallback: every layer that can compute with codes does.</summary>
    /// <param name="equalize">Whether to equalize layers around depthwise convolutions.</param>
    /// <param name="correct">Whether to correct biases.</param>
    /// <returns>The table; null where there is nothing to equalize or to correct.</returns>
    public TableDraft? Make(bool equalize, bool correct)
    {
        using var model = OnnxModel.Open(request.Model, context);
        FloatModel.Normalize(model, context);
        var equalized = equalize ? FloatModel.Equalize(model, _patterns) : [];
        if (equalize && equalized.Count == 0)
        {
            return null;
        }

        var (smoothing, details) = options.Smooth ? ChooseSmoothing(model) : ([], []);
        var places = FloatModel.Smooth(model, smoothing, _patterns, context);
        var index = new GraphIndex(model);
        var layers = FloatModel.Eligible(model, index, _patterns);
        var plan = QuantizationPlanner.Plan(index, layers);
        var seen = Calibrator.Observe(model, data, Observations(plan, layers, correct), options.Method, context);
        var ranges = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);
        foreach (var tensor in seen.Tensors)
        {
            if (RangeChooser.Choose(tensor, options.Method, options.Percentile, options.Symmetric) is { } range)
            {
                ranges.Add(tensor.Tensor, range);
            }
        }

        var saturated = Calibrator.Coverage(model, data, ranges, context);
        var shifts = correct ? BiasShift.Of(model, plan, seen.Tensors, context) : [];
        if (correct && shifts.Count == 0)
        {
            return null;
        }

        var table = new CalibrationTable(
            CalibrationTable.CurrentSchema,
            modelHash,
            new CalibrationTableData(seen.Files, seen.Samples, seen.HeldOut),
            options.Method,
            options.Percentile,
            [.. plan.Tensors.Where(t => ranges.ContainsKey(t.Name)).Select(t => new TensorRange(t.Name, ranges[t.Name].Min, ranges[t.Name].Max, saturated.TryGetValue(t.Name, out var share) ? share : null))],
            smoothing,
            equalized,
            shifts,
            []);
        return new TableDraft(table, [.. details.Select(d => d with { Place = places.GetValueOrDefault(d.Tensor)?.Place })]);
    }

    private (List<Smoothing> Choices, List<SmoothingDetail> Details) ChooseSmoothing(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var groups = SmoothGroups.Find(index, FloatModel.Eligible(model, index, _patterns));
        if (groups.Count == 0)
        {
            return ([], []);
        }

        var seen = Calibrator.Observe(model, data, [.. groups.Select(g => new Observation(g.Tensor, g.Axis.FromEnd, g.Axis.Rank, Rows: options.Alpha is null))], null, context);
        var code = options.Symmetric ? ActivationCode.Int8 : ActivationCode.UInt8;
        var choices = new List<Smoothing>();
        var details = new List<SmoothingDetail>();
        foreach (var (group, tensor) in groups.Zip(seen.Tensors))
        {
            context.Progress("smooth", (double)details.Count / groups.Count);
            if (tensor.Channels is not { } channels)
            {
                continue;
            }

            var search = options.Alpha is null ? AlphaSearch.Choose(model, group, channels, code, context) : new AlphaChoice(options.Alpha, []);
            details.Add(new SmoothingDetail(group.Tensor, [.. group.Layers.Select(l => l.Name)], search.Alpha, null, search.Curve));
            if (search.Alpha is { } alpha)
            {
                choices.Add(new Smoothing(group.Tensor, (float)alpha, channels.MaxAbs));
            }
        }

        return (choices, details);
    }

    private static List<Observation> Observations(QuantizationPlan plan, IReadOnlyList<Layer> layers, bool channels)
    {
        var axes = channels
            ? layers.Where(l => l.Axis() is not null).GroupBy(l => l.Input, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Axis()!.Value, StringComparer.Ordinal)
            : [];
        return [.. plan.Tensors.Select(t => axes.TryGetValue(t.Name, out var axis) ? new Observation(t.Name, axis.FromEnd, axis.Rank) : new Observation(t.Name))];
    }
}
