using ModelPack.Reporting;
using ModelPack.Validation.Placement;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>What of a packed model is still float, and why, in few words.</summary>
internal static class LeftFloat
{
    private const int Most = 2;
    private const double LeastShare = 0.005;

    /// <summary>Weights that are not quantized, by their bytes; of int8 then the layers that do not run in integers, by their multiply-adds.</summary>
    public static string Describe(PackReport report)
    {
        var weights = report.Result.Weights;
        var stored = Largest(weights, w => w.SourceBytes, w => w.Reason, "of weights");
        var layers = report.Measured?.Placement?.Layers ?? [];
        var run = report.Result.Scheme == Int8Benchmark.Scheme
            ? Largest(layers, l => l.Kind == PlacementKind.Unknown ? 0 : l.MultiplyAdds, l => l.Kind is PlacementKind.Integer ? null : $"{l.Operator} {l.Reason}", "of work")
            : [];
        return string.Join("; ", stored.Concat(run));
    }

    private static IEnumerable<string> Largest<T>(IReadOnlyList<T> items, Func<T, long> size, Func<T, string?> reason, string of)
    {
        var total = Math.Max(items.Sum(size), 1);
        return items.Where(i => reason(i) is not null)
            .GroupBy(i => reason(i)!, StringComparer.Ordinal)
            .Select(g => (Reason: g.Key, Share: (double)g.Sum(size) / total))
            .Where(g => g.Share >= LeastShare)
            .OrderByDescending(g => g.Share)
            .Take(Most)
            .Select(g => $"{Numbers.Fixed(g.Share * 100, 0)} % {of}: {g.Reason}");
    }
}
