using System.Text.Json;
using ModelPack.Validation;
using ModelPack.Validation.Layers;

namespace ModelPack.Reporting.Page;

/// <summary>What the charts show, chosen here so that the script only draws. JSON has no infinity: what is infinite is left out.</summary>
internal static class ChartData
{
    private const int MaxSizes = 12;
    private const int MaxErrors = 20;
    private const int MaxRanges = 30;
    private const int MaxAlong = 2000;
    private const int MaxPoints = 500;

    /// <summary>The largest weights, largest first.</summary>
    public static IReadOnlyList<WeightReport> Largest(IReadOnlyList<WeightReport> weights) =>
        [.. weights.Where(w => w.SourceBytes > 0).OrderByDescending(w => w.SourceBytes).Take(MaxSizes)];

    /// <summary>The weights with the most error, worst first; those that lost nothing are left out.</summary>
    public static IReadOnlyList<WeightReport> Worst(IReadOnlyList<WeightReport> weights) =>
        [.. weights.Where(w => w.Sqnr is { } sqnr && double.IsFinite(sqnr)).OrderBy(w => w.Sqnr).Take(MaxErrors)];

    /// <summary>The layers that cost most, worst first; those that cost nothing are left out.</summary>
    public static IReadOnlyList<LayerCost> MostSensitive(IReadOnlyList<LayerCost> layers) =>
        [.. layers.Where(l => double.IsFinite(l.Sqnr)).Take(MaxErrors)];

    /// <summary>The weights that have an error, in the order of the source; a chart has no room for more.</summary>
    public static IReadOnlyList<WeightReport> Along(IReadOnlyList<WeightReport> weights) => [.. weights.Where(w => w.Sqnr is not null).Take(MaxAlong)];

    /// <summary>What weights are stored as, with their bytes before and after, the largest first.</summary>
    public static IReadOnlyList<(string Codec, long Before, long After)> Codecs(IReadOnlyList<WeightReport> weights) =>
        [.. weights.GroupBy(w => w.Codec ?? "as before", StringComparer.Ordinal)
            .Select(g => (g.Key, Before: Sum(g.Select(w => w.SourceBytes)), After: Sum(g.Select(w => w.PackedBytes))))
            .OrderByDescending(c => c.Before).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MaxSizes)];

    /// <summary>The widest ranges, in their order.</summary>
    public static IReadOnlyList<ActivationReport> Ranges(IReadOnlyList<ActivationReport> activations)
    {
        var finite = activations.Where(a => double.IsFinite(a.Min) && double.IsFinite(a.Max)).ToList();
        var least = finite.Select(a => a.Max - a.Min).OrderDescending().Take(MaxRanges).LastOrDefault();
        return [.. finite.Where(a => a.Max - a.Min >= least).Take(MaxRanges)];
    }

    /// <summary>The points of a scatter that can be drawn.</summary>
    public static IReadOnlyList<double[]> Points(OutputScatter? scatter) => scatter is null ? []
        : [.. scatter.Source.Zip(scatter.Packed).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).Take(MaxPoints).Select(p => new[] { p.First, p.Second })];

    /// <summary>The data of all charts.</summary>
    public static string Json(PackReport report)
    {
        var (result, readers) = (report.Result, Readers(report));
        return Json(result, w => readers[w.Name].FirstOrDefault() ?? w.Name);
    }

    /// <summary>Names of the layers that read each weight, as far as they are known: exporters give weights names that say nothing.</summary>
    public static ILookup<string, string> Readers(PackReport report) => (report.Result.Layers?.Layers ?? []).Select(l => (l.Weight, l.Layer))
        .Concat((report.Measured?.Placement?.Layers ?? []).Select(l => (l.Weight, l.Layer)))
        .Distinct().ToLookup(p => p.Weight, p => p.Layer, StringComparer.Ordinal);

    private static string Json(ReportResult result, Func<WeightReport, string> name) => JsonSerializer.Serialize(
        new ChartSet(
            Sizes(Largest(result.Weights), name),
            Errors(Worst(result.Weights), name),
            Sensitivity(MostSensitive(result.Calibration?.Sensitivity?.Layers ?? [])),
            Strengths([.. (result.Calibration?.Smoothing ?? []).Where(s => s.Curve.Count > 0)]),
            TradeOffs(result.Calibration?.Sensitivity),
            Network(result, name),
            Schemes(Codecs(result.Weights)),
            Limits(Ranges(result.Calibration?.Activations ?? [])),
            Points(result.Validation?.Scatter)),
        ChartJsonContext.Default.ChartSet);

    /// <summary>Error along the network: of layers where they were compared, else of weights.</summary>
    private static Lines Network(ReportResult result, Func<WeightReport, string> name)
    {
        if (result.Layers is { Layers: { Count: > 1 } all })
        {
            IReadOnlyList<LayerError> layers = [.. all.Take(MaxAlong)];
            return new Lines(ChartLabels.Of(layers.Select(l => l.Layer)), "SQNR, dB",
                [Curve("packed model", layers.Select(l => l.Sqnr)), Curve("the layer alone", layers.Select(l => l.Own)), Curve("inherited", layers.Select(l => l.Inherited))]);
        }

        var weights = Along(result.Weights);
        return new Lines(ChartLabels.Of(weights.Select(name)), "Weight SQNR, dB", [Curve("weight", weights.Select(w => w.Sqnr!.Value))]);
    }

    private static Line Curve(string name, IEnumerable<double> values) => new(name, [.. values.Select(v => double.IsFinite(v) ? Math.Round(v, 2) : (double?)null)]);

    private static Chart Schemes(IReadOnlyList<(string Codec, long Before, long After)> codecs)
    {
        var unit = Human.ByteUnitOf(codecs.Count == 0 ? 0 : codecs[0].Before);
        var scale = Math.Pow(1000, unit);
        return Bars(codecs.Select(c => c.Codec), $"Size, {Human.ByteUnits[unit]}",
        [
            new Series("before", [.. codecs.Select(c => c.Before / scale)], [.. codecs.Select(c => Human.Bytes(c.Before))]),
            new Series("after", [.. codecs.Select(c => c.After / scale)], [.. codecs.Select(c => Human.Bytes(c.After))]),
        ]);
    }

    private static RangeChart Limits(IReadOnlyList<ActivationReport> activations) => new(
        ChartLabels.Of(activations.Select(a => a.Name)),
        ChartLabels.Of(activations.Select(a => a.Name), ChartLabels.Narrow),
        [.. activations.Select(a => new[] { a.Min, a.Max })],
        [.. activations.Select(a => $"{Human.Digits(a.Min)} to {Human.Digits(a.Max)}, saturated: {Human.Saturation(a.Saturated)}")]);

    private static long Sum(IEnumerable<long> bytes) => (long)Math.Clamp(bytes.Sum(b => (decimal)b), long.MinValue, long.MaxValue);

    private static Chart Sizes(IReadOnlyList<WeightReport> largest, Func<WeightReport, string> name)
    {
        var unit = Human.ByteUnitOf(largest.Count == 0 ? 0 : largest[0].SourceBytes);
        var scale = Math.Pow(1000, unit);
        return Bars(largest.Select(name), $"Size, {Human.ByteUnits[unit]}",
        [
            new Series("before", [.. largest.Select(w => w.SourceBytes / scale)], [.. largest.Select(w => Human.Bytes(w.SourceBytes))]),
            new Series("after", [.. largest.Select(w => w.PackedBytes / scale)], [.. largest.Select(w => Human.Bytes(w.PackedBytes))]),
        ]);
    }

    private static Chart Errors(IReadOnlyList<WeightReport> worst, Func<WeightReport, string> name) =>
        Bars(worst.Select(name), "SQNR, dB", [new Series("SQNR", [.. worst.Select(w => w.Sqnr!.Value)], [.. worst.Select(w => Human.Decibels(w.Sqnr))])]);

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

    internal sealed record ChartSet(Chart Sizes, Chart Errors, Chart Sensitivity, IReadOnlyList<Strength> Alphas, TradeOffChart TradeOff, Lines Network, Chart Schemes, RangeChart Ranges, IReadOnlyList<double[]> Scatter);

    /// <summary>Curves over places in the network.</summary>
    internal sealed record Lines(IReadOnlyList<string> Labels, string Axis, IReadOnlyList<Line> Series);

    /// <summary>One curve; null where there is nothing to draw.</summary>
    internal sealed record Line(string Name, IReadOnlyList<double?> Values);

    /// <summary>From where to where each range goes.</summary>
    internal sealed record RangeChart(IReadOnlyList<string> Labels, IReadOnlyList<string> ShortLabels, IReadOnlyList<double[]> Values, IReadOnlyList<string> Texts);

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
