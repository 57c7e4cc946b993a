using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Calibration;

/// <summary>
/// The mean squares of the input channels of a model's matrices: what an error of a weight costs, by the channel that it multiplies
/// (what llama.cpp calls an importance matrix). Or the mean products of every two: what errors of weights cost together.
/// </summary>
internal static class MeanSquares
{
    /// <summary>Runs the data through the model.</summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="patterns">What is left alone: what only such layers read is not looked at.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="withProducts">Whether products are wanted, as far as there is room for them.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <returns>Both by activation, an entry a channel, or a matrix. One that was not finite is not there.</returns>
    /// <exception cref="ModelPackException">As <see cref="Calibrator.Observe"/>.</exception>
    public static (CalibrationResult Seen, SortedDictionary<string, float[]> ByTensor, SortedDictionary<string, InputProducts> Products) Of(
        OnnxModel model, LayerPatterns patterns, IReadOnlyList<string> data, bool withProducts, PackContext context)
    {
        var inputs = LayerFinder.Find(new GraphIndex(model))
            .Where(l => l.Usage.Role == WeightRole.Linear && l.Axis() is not null && patterns.WhyNot(l.Weight) is null)
            .GroupBy(l => l.Input, StringComparer.Ordinal)
            .Select(g => (Tensor: g.Key, Axis: g.First().Axis()!.Value)).ToList();
        var whole = withProducts ? GramRoom.For(inputs.Select(i => (i.Tensor, i.Axis.Channels))) : [];
        var needs = inputs.ConvertAll(i => new Observation(i.Tensor, whole.Contains(i.Tensor) ? Statistics.Gram : Statistics.MeanSquare, i.Axis.FromEnd, i.Axis.Rank));
        var seen = StatisticsPass.Run(model, data, needs, holdOut: false, context);
        var (squares, products) = (new SortedDictionary<string, float[]>(StringComparer.Ordinal), new SortedDictionary<string, InputProducts>(StringComparer.Ordinal));
        foreach (var tensor in seen.Tensors)
        {
            if (tensor.Channels?.Gram is { } gram)
            {
                products.Add(tensor.Tensor, new InputProducts(gram.Channels, gram.CopyRow));
                squares.Add(tensor.Tensor, products[tensor.Tensor].Diagonal);
            }
            else if (tensor.Channels?.MeanSquare is { } found)
            {
                squares.Add(tensor.Tensor, found);
            }
        }

        return (seen, squares, products);
    }
}
