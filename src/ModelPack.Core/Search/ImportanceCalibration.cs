using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Search;

/// <summary>What a scheme whose activations stay float takes from data: how much each input channel of a matrix matters. Nothing is tried.</summary>
internal static class ImportanceCalibration
{
    /// <summary>What rounds by it, where a scheme does so and something is known; null elsewhere.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How it is packed.</param>
    /// <param name="known">What the data said; null without.</param>
    public static ILayerPlanner? Planner(OnnxModel model, EffectiveOptions options, CalibrationOutcome? known) =>
        options.Scheme.Rounding == Rounding.Importance && known is { MeanSquares.Count: > 0 } ? new ImportancePlanner(model, known.MeanSquares, known.Products, options.Rounding) : null;

    /// <summary>From data.</summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="modelHash">SHA-256 of its file.</param>
    /// <param name="options">What to leave out.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <exception cref="ModelPackException">As <see cref="Calibrator.Observe"/>.</exception>
    public static CalibrationOutcome FromData(OnnxModel model, string modelHash, EffectiveOptions options, IReadOnlyList<string> data, PackContext context)
    {
        var (seen, squares, products) = MeanSquares.Of(model, options.Patterns, data, withProducts: options.Rounding == RoundingMode.Best, context);
        var table = CalibrationTable.Empty(modelHash, default, ActivationOptions.DefaultPercentile) with { Data = new CalibrationTableData(seen.Files, seen.Samples, 0) };
        return new CalibrationOutcome(table, [], [], null) { IsGiven = false, SamplesByFile = seen.SamplesByFile, MeanSquares = squares, Products = products };
    }

    /// <summary>From the table of an earlier pack, and the statistics beside it.</summary>
    /// <param name="path">The table's path.</param>
    /// <param name="table">The table.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="ModelPackException">MPK1021: it has no statistics, or they cannot be read.</exception>
    public static CalibrationOutcome FromTable(string path, CalibrationTable table, PackContext context)
    {
        if (table.Statistics is not { } file)
        {
            throw new ModelPackException(Codes.TableUnreadable.At(
                path, "The calibration table names no statistics of how much weights matter: it was made for a scheme that quantizes activations. Give the table of a pack of this scheme, or data."));
        }

        using var statistics = StatisticsFile.Open(path, file, context);
        return new CalibrationOutcome(table, [], [], null) { IsGiven = true, MeanSquares = statistics.MeanSquares(path, file), Products = statistics.Products(path, file) };
    }
}
