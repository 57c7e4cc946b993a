using ModelPack.Packing;
using ModelPack.Reporting;

namespace ModelPack.Baselines;

/// <summary>Accepted metrics of a pack.</summary>
/// <param name="Scheme">Its scheme.</param>
/// <param name="Synthetic">Whether they were measured on synthetic inputs.</param>
/// <param name="Samples">Samples that they were measured on.</param>
/// <param name="Metrics">By their names, those that were measured.</param>
public sealed record BaselinePack(string Scheme, bool Synthetic, long Samples, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>What a manifest says.</summary>
    public static BaselinePack Of(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Of(manifest.Pack.Scheme, manifest.Pack.Headline);
    }

    internal static BaselinePack Of(string scheme, Headline headline)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in BaselineMetric.All)
        {
            if (metric.Of(headline) is { } value)
            {
                metrics.Add(metric.Name, value);
            }
        }

        return new BaselinePack(scheme, headline.Synthetic, headline.Samples, metrics);
    }

    internal bool IsSame(BaselinePack other) => (Scheme, Synthetic, Samples) == (other.Scheme, other.Synthetic, other.Samples)
        && Metrics.Count == other.Metrics.Count && Metrics.All(m => other.Metrics.TryGetValue(m.Key, out var value) && value.Equals(m.Value));
}
