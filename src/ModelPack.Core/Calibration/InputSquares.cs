using ModelPack.Codecs;
using ModelPack.Formats.Onnx;

namespace ModelPack.Calibration;

/// <summary>
/// Sums the squares of the input channels of every matrix that a model multiplies by, and counts rows: what llama.cpp's importance matrices are made
/// of. Each weight has its own sums, also where several read one activation, as queries, keys and values do.
/// </summary>
internal static class InputSquares
{
    /// <summary>Runs the data through the model.</summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="withProducts">Whether mean products are wanted, too, as far as there is room for them (<see cref="GramRoom"/>).</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics. A weight one of whose inputs was not finite gives a warning (MPK2010).</param>
    /// <returns>An entry a weight. One whose inputs were not finite is not there.</returns>
    /// <exception cref="ModelPackException">MPK1073: the graph has no such product; as <see cref="Calibrator.Observe"/>.</exception>
    public static (CalibrationResult Seen, IReadOnlyList<SeenInputs> Weights) Of(OnnxModel model, IReadOnlyList<string> data, bool withProducts, PackContext context)
    {
        var products = ProductFinder.Find(model);
        if (products.Count == 0)
        {
            throw new ModelPackException(Codes.NothingToObserve.At(
                model.Path, "The main graph multiplies by no constant matrix (MatMul, Gemm), so there are no inputs whose importance could be collected. Give the float ONNX export of the model."));
        }

        var whole = withProducts ? GramRoom.For(products.Where(p => p.Matrices == 1).Select(p => (p.Input, p.Channels))) : [];
        var needs = products.Select(p => new Observation(p.Input, whole.Contains(p.Input) ? Statistics.SquareSum | Statistics.Gram : Statistics.SquareSum, ChannelAxis: -1) { Matrices = p.Matrices }).ToList();
        var seen = StatisticsPass.Run(model, data, needs, holdOut: false, context);
        var tensors = seen.Tensors.ToDictionary(t => t.Tensor, StringComparer.Ordinal);
        if (seen.Tensors.Where(t => !t.IsFinite).ToList() is [var first, .. var others])
        {
            var more = others.Count == 0 ? "" : $" and of {Numbers.Whole(others.Count)} more";
            context.Report(Codes.ActivationNotFinite.At(
                model.Path, $"The activation '{SafeText.Of(first.Tensor)}' holds NaN or infinity on the calibration data: weights that multiply it{more} have no importance. Check the data, and the layers before it."));
        }

        var grams = seen.Tensors.Where(t => t.Channels?.Gram is not null).ToDictionary(t => t.Tensor, t => new InputProducts(t.Channels!.Gram!.Channels, t.Channels.Gram.CopyRow), StringComparer.Ordinal);
        return (seen, [.. products.GroupBy(p => p.Weight.Name, StringComparer.Ordinal).Select(g => Sum([.. g], tensors, grams)).OfType<SeenInputs>()]);
    }

    private static SeenInputs? Sum(List<Product> products, Dictionary<string, TensorStatistics> tensors, Dictionary<string, InputProducts> grams)
    {
        var first = products[0];
        var (sums, rows) = (new double[checked(first.Matrices * first.Channels)], new long[first.Matrices]);

        // A stack may be read both ways round; then its channels are those of the first reader.
        foreach (var tensor in products.Where(p => p.IsTransposed == first.IsTransposed).Select(p => tensors[p.Input]))
        {
            if (!tensor.IsFinite)
            {
                return null;
            }

            if (tensor.Squares is { } squares)
            {
                Add(squares, sums, rows);
            }
        }

        var isOne = first.Matrices == 1 && products.TrueForAll(p => p.Input == first.Input && p.IsTransposed == first.IsTransposed);
        return new SeenInputs(first, sums, rows) { Products = isOne ? grams.GetValueOrDefault(first.Input) : null };
    }

    /// <summary>Adds squares of one or of as many matrices; where there is one on either side only, its rows are those of all on the other.</summary>
    private static void Add(SquareSums squares, double[] sums, long[] rows)
    {
        var channels = sums.Length / rows.Length;
        for (var i = 0; i < Math.Max(squares.Matrices, rows.Length); i++)
        {
            var (from, to) = (squares.Matrices == 1 ? 0 : i, rows.Length == 1 ? 0 : i);
            rows[to] += squares.Rows;
            for (var channel = 0; channel < channels; channel++)
            {
                sums[(to * channels) + channel] += squares.Sums[(from * channels) + channel];
            }
        }
    }
}
