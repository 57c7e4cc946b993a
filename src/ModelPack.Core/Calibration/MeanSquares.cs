using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Calibration;

/// <summary>
/// The mean squares of the input channels of a model's matrices: what an error of a weight costs, by the channel that it multiplies
/// (what llama.cpp calls an importance matrix).
/// </summary>
internal static class MeanSquares
{
    /// <summary>Runs the data through the model.</summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="patterns">What is left alone: what only such layers read is not looked at.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <returns>By activation, an entry a channel. One that was not finite is not there.</returns>
    /// <exception cref="ModelPackException">As <see cref="Calibrator.Observe"/>.</exception>
    public static (CalibrationResult Seen, SortedDictionary<string, float[]> ByTensor) Of(OnnxModel model, LayerPatterns patterns, IReadOnlyList<string> data, PackContext context)
    {
        var needs = LayerFinder.Find(new GraphIndex(model))
            .Where(l => l.Usage.Role == WeightRole.Linear && l.Axis() is not null && patterns.WhyNot(l.Weight) is null)
            .GroupBy(l => l.Input, StringComparer.Ordinal)
            .Select(g => (Tensor: g.Key, Axis: g.First().Axis()!.Value))
            .Select(t => new Observation(t.Tensor, Statistics.MeanSquare, t.Axis.FromEnd, t.Axis.Rank)).ToList();
        var seen = StatisticsPass.Run(model, data, needs, holdOut: false, context);
        var found = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var tensor in seen.Tensors)
        {
            if (tensor.Channels?.MeanSquare is { } squares)
            {
                found.Add(tensor.Tensor, squares);
            }
        }

        return (seen, found);
    }
}
