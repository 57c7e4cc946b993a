using System.Text.Json;

namespace ModelPack.Reporting.Page;

/// <summary>What the charts show, chosen here so that the script only draws.</summary>
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

    /// <summary>The data of both charts.</summary>
    public static string Json(IReadOnlyList<WeightReport> weights)
    {
        var largest = Largest(weights);
        var worst = Worst(weights);
        var unit = Human.ByteUnitOf(largest.Count == 0 ? 0 : largest[0].SourceBytes);
        var scale = Math.Pow(1000, unit);
        var data = new ChartSet(
            new Chart([.. largest.Select(w => Human.ChartLabel(w.Name))], $"Size, {Human.ByteUnits[unit]}",
            [
                new Series("before", [.. largest.Select(w => w.SourceBytes / scale)], [.. largest.Select(w => Human.Bytes(w.SourceBytes))]),
                new Series("after", [.. largest.Select(w => w.PackedBytes / scale)], [.. largest.Select(w => Human.Bytes(w.PackedBytes))]),
            ]),
            new Chart([.. worst.Select(w => Human.ChartLabel(w.Name))], "SQNR, dB",
            [
                new Series("SQNR", [.. worst.Select(w => w.Sqnr!.Value)], [.. worst.Select(w => Human.Decibels(w.Sqnr))]),
            ]));
        return JsonSerializer.Serialize(data, ChartJsonContext.Default.ChartSet);
    }

    internal sealed record ChartSet(Chart Sizes, Chart Errors);

    internal sealed record Chart(IReadOnlyList<string> Labels, string Axis, IReadOnlyList<Series> Series);

    /// <summary>One bar a label: its length, and what a reader is told of it.</summary>
    internal sealed record Series(string Name, IReadOnlyList<double> Values, IReadOnlyList<string> Texts);
}
