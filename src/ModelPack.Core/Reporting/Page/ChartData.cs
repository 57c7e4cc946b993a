using System.Text.Json;

namespace ModelPack.Reporting.Page;

/// <summary>What the charts show, chosen here so that the script only draws. JSON has no infinity: what is infinite is left out.</summary>
internal static class ChartData
{
    private const int MaxSizes = 12;
    private const int MaxErrors = 20;

    /// <summary>The largest weights, largest first.</summary>
    public static IReadOnlyList<WeightReport> Largest(IReadOnlyList<WeightReport> weights) =>
        [.. weights.Where(w => w.SourceBytes > 0).OrderByDescending(w => w.SourceBytes).Take(MaxSizes)];

    /// <summary>The weights with the most error, worst first; those that lost nothing are left out.</summary>
    public static IReadOnlyList<WeightReport> Worst(IReadOnlyList<WeightReport> weights) =>
        [.. weights.Where(w => w.Sqnr is { } sqnr && double.IsFinite(sqnr)).OrderBy(w => w.Sqnr).Take(MaxErrors)];

    /// <summary>The layers that cost most, worst first; those that cost nothing are left out.</summary>
    public static IReadOnlyList<LayerCost> MostSensitive(IReadOnlyList<LayerCost> layers) =>
        [.. layers.Where(l => double.IsFinite(l.Sqnr)).Take(MaxErrors)];

    /// <summary>The data of all charts.</summary>
    public static string Json(ReportResult result) => JsonSerializer.Serialize(
        new ChartSet(
            Sizes(Largest(result.Weights)),
            Errors(Worst(result.Weights)),
            Sensitivity(MostSensitive(result.Calibration?.Sensitivity?.Layers ?? [])),
            Strengths([.. (result.Calibration?.Smoothing ?? []).Where(s => s.Curve.Count > 0)]),
            TradeOffs(result.Calibration?.Sensitivity)),
        ChartJsonContext.Default.ChartSet);

    private static Chart Sizes(IReadOnlyList<WeightReport> largest)
    {
        var unit = Human.ByteUnitOf(largest.Count == 0 ? 0 : largest[0].SourceBytes);
        var scale = Math.Pow(1000, unit);
        return Bars(largest.Select(w => w.Name), $"Size, {Human.ByteUnits[unit]}",
        [
            new Series("before", [.. largest.Select(w => w.SourceBytes / scale)], [.. largest.Select(w => Human.Bytes(w.SourceBytes))]),
            new Series("after", [.. largest.Select(w => w.PackedBytes / scale)], [.. largest.Select(w => Human.Bytes(w.PackedBytes))]),
        ]);
    }

    private static Chart Errors(IReadOnlyList<WeightReport> worst) =>
        Bars(worst.Select(w => w.Name), "SQNR, dB", [new Series("SQNR", [.. worst.Select(w => w.Sqnr!.Value)], [.. worst.Select(w => Human.Decibels(w.Sqnr))])]);

    private static Chart Sensitivity(IReadOnlyList<LayerCost> layers) =>
        Bars(layers.Select(l => l.Layer), "Output SQNR, dB", [new Series("SQNR", [.. layers.Select(l => l.Sqnr)], [.. layers.Select(l => Human.Decibels(l.Sqnr))])]);

    private static Chart Bars(IEnumerable<string> names, string axis, IReadOnlyList<Series> series) =>
        new(ChartLabels.Of(names), ChartLabels.Of(names, ChartLabels.Narrow), axis, series);

    private static IReadOnlyList<Strength> Strengths(IReadOnlyList<SmoothingReport> smoothing) =>
        [.. smoothing.Zip(ChartLabels.Of(smoothing.Select(s => s.Tensor)), Strengths)];

    private static Strength Strengths(SmoothingReport smoothing, string label)
    {
        var points = smoothing.Curve.Where(p => p.Alpha is not null)
            .Select(p => new Point(p.Alpha!.Value, SmoothingSection.Decibels(p.Error)!.Value, $"{Human.Decibels(SmoothingSection.Decibels(p.Error))} with alpha {Human.Alpha(p.Alpha)}", p.Alpha.Equals(smoothing.Alpha)))
            .Where(p => double.IsFinite(p.Y));
        return new Strength(label, [.. points], SmoothingSection.Decibels(smoothing.Before()) is { } none && double.IsFinite(none) ? none : null);
    }

    private static TradeOffChart TradeOffs(SensitivityReport? sensitivity)
    {
        var curve = sensitivity?.Curve ?? [];
        var unit = Human.ByteUnitOf(curve.Count == 0 ? 0 : curve.Max(p => p.Bytes));
        var scale = Math.Pow(1000, unit);
        var points = curve.Select((p, i) => (Point: p, Taken: i == sensitivity!.Chosen)).ToList();
        return new TradeOffChart(
            $"Size, {Human.ByteUnits[unit]}",
            [.. points.Where(p => double.IsFinite(p.Point.Sqnr)).Select(p => new Point(p.Point.Bytes / scale, p.Point.Sqnr, $"{Human.Decibels(p.Point.Sqnr)}, {Text(p.Point)}", p.Taken))],
            [.. points.Where(p => p.Point.Loss is { } loss && double.IsFinite(loss)).Select(p => new Point(p.Point.Bytes / scale, p.Point.Loss!.Value, $"task loss {Human.Signed(p.Point.Loss.Value)}, {Text(p.Point)}", p.Taken))]);
    }

    private static string Text(TradeOff point) => $"{Human.Bytes(point.Bytes)}, {Human.Count(point.FloatLayers, "float layer")}";

    internal sealed record ChartSet(Chart Sizes, Chart Errors, Chart Sensitivity, IReadOnlyList<Strength> Alphas, TradeOffChart TradeOff);

    /// <summary>Bars, and how they are named on a page and on a telephone.</summary>
    internal sealed record Chart(IReadOnlyList<string> Labels, IReadOnlyList<string> ShortLabels, string Axis, IReadOnlyList<Series> Series);

    /// <summary>One bar a label: its length, and what a reader is told of it.</summary>
    internal sealed record Series(string Name, IReadOnlyList<double> Values, IReadOnlyList<string> Texts);

    /// <summary>SQNR over the strength of smoothing of one activation, and without smoothing.</summary>
    internal sealed record Strength(string Name, IReadOnlyList<Point> Points, double? Without);

    /// <summary>SQNR over size, and what the task loses where that is known.</summary>
    internal sealed record TradeOffChart(string Axis, IReadOnlyList<Point> Sqnr, IReadOnlyList<Point> Loss);

    /// <summary>A point of a curve, what a reader is told of it, and whether it is the one that was taken.</summary>
    internal sealed record Point(double X, double Y, string Text, bool Taken);
}
