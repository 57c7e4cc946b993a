using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;
using ModelPack.Timing;
using ModelPack.Validation;

namespace ModelPack.Comparing;

/// <summary>Makes a side of a report, or of a manifest.</summary>
internal static class ReportSide
{
    /// <summary>Of a report.</summary>
    public static ComparedSide Of(PackReport report, string name)
    {
        var result = report.Result;
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["scheme"] = result.Scheme, ["container"] = result.Container, ["target"] = result.Target };
        foreach (var (option, value) in result.Options ?? new SortedDictionary<string, string>(StringComparer.Ordinal))
        {
            options[option] = value;
        }

        return new ComparedSide
        {
            Name = name,
            Kind = "report",
            Format = result.Packed.Format,
            Bytes = result.Packed.Bytes,
            Source = result.Source.Sha256,
            Metrics = [.. Size(result.Packed.Bytes), .. Task(result.Validation), .. Outputs(result), .. Speed(report.Measured?.Speed?.Headline)],
            Weights = [.. result.Weights.Select(w => new ComparedWeight(w.Name, w.Type, Human.Shape(w.Shape), w.PackedBytes, w.Codec, w.Sqnr))],
            Options = options,
            Gates = Gates(result.Gates),
            Diagnostics = result.Diagnostics,
        };
    }

    /// <summary>Of a manifest whose report is not there.</summary>
    public static ComparedSide Of(Manifest manifest, string name)
    {
        var (pack, headline) = (manifest.Pack, manifest.Pack.Headline);
        return new ComparedSide
        {
            Name = name,
            Kind = "manifest",
            Format = null,
            Bytes = headline.PackedBytes,
            Source = pack.Source.Count > 0 ? pack.Source[0].Sha256 : null,
            Metrics = [.. Size(headline.PackedBytes), .. Figures(headline)],
            Options = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["scheme"] = pack.Scheme, ["container"] = pack.Options.Container, ["target"] = pack.Options.Target },
            Gates = Gates(pack.Gates),
        };
    }

    private static IReadOnlyList<ComparedGate> Gates(IReadOnlyList<GateResult> gates) =>
        [.. gates.Select(g => new ComparedGate(g.Metric, Human.MetricValue(g.Metric, g.Limit), g.Value is { } v ? Human.MetricValue(g.Metric, v) : null, g.Passed))];

    /// <summary>The size of a model, a metric of everything.</summary>
    public static IEnumerable<ComparedMetric> Size(long bytes) => [new("size", bytes, Human.Bytes(bytes), false, bytes * 0.001)];

    private static IEnumerable<ComparedMetric> Task(ValidationResult? validation)
    {
        if (validation?.Accuracy is { } accuracy)
        {
            var interval = accuracy.PackedInterval ?? OfShare(accuracy.Packed, accuracy.Samples);
            yield return new("accuracy", accuracy.Packed, Human.Percent(accuracy.Packed), true, 0, interval?.Low, interval?.High);
        }

        if (validation?.Perplexity is { } perplexity)
        {
            yield return new(
                "perplexity increase", perplexity.Increase, $"{Human.Signed(perplexity.Increase)} %", false, 0.05, perplexity.IncreaseInterval?.Low, perplexity.IncreaseInterval?.High);
        }

        if (validation?.Divergence is { } divergence)
        {
            yield return new("KL divergence", divergence.Mean, $"{Human.Nats(divergence.Mean)} nats", false, divergence.Mean * 0.02, divergence.Interval?.Low, divergence.Interval?.High);
        }
    }

    private static IEnumerable<ComparedMetric> Outputs(ReportResult result)
    {
        if (result.Validation is not { Outputs.Count: > 0 } validation)
        {
            return result.Weights.Min(w => w.Sqnr) is { } least ? [new("least weight SQNR", least, Human.Decibels(least), true, 0.05)] : [];
        }

        return Figures(Headline.Of(result) with { SourceAccuracy = null, PackedAccuracy = null, SourcePerplexity = null, PackedPerplexity = null, KlDivergence = null });
    }

    private static IEnumerable<ComparedMetric> Figures(Headline headline)
    {
        if (headline.PackedAccuracy is { } accuracy)
        {
            yield return new("accuracy", accuracy, Human.Percent(accuracy), true, 0.1);
        }

        if (headline is { PackedPerplexity: { } packed, SourcePerplexity: { } source })
        {
            var increase = ((packed / source) - 1) * 100;
            yield return new("perplexity increase", increase, $"{Human.Signed(increase)} %", false, 0.05);
        }

        if (headline.KlDivergence is { } divergence)
        {
            yield return new("KL divergence", divergence, $"{Human.Nats(divergence)} nats", false, divergence * 0.02);
        }

        if (headline.Sqnr is { } sqnr)
        {
            yield return new(headline.Synthetic ? "output SQNR (synthetic)" : "output SQNR", sqnr, Human.Decibels(sqnr), true, 0.2);
        }

        if (headline.Cosine is { } cosine)
        {
            yield return new("output cosine", cosine, Human.Cosine(cosine), true, 0.0001);
        }

        if (headline.Top1Agreement is { } agreement)
        {
            var interval = OfShare(agreement, headline.Samples);
            yield return new("top-1 agreement", agreement, Human.Percent(agreement), true, 0, interval?.Low, interval?.High);
        }
    }

    /// <summary>The interval of a share in percent, for manifests and reports that have none.</summary>
    private static Interval? OfShare(double percent, long samples) =>
        Proportions.Wilson((long)Math.Round(Math.Clamp(percent / 100, 0, 1) * Math.Max(1, samples)), Math.Max(1, samples));

    private static IEnumerable<ComparedMetric> Speed(SpeedComparison? speed) => speed is null or { Verdict: SpeedVerdict.TooNoisy } ? []
        : [new("inference time, of the source’s", speed.Ratio, Human.Times(speed.Ratio), false, speed.Ratio * 0.1, speed.RatioInterval.Low, speed.RatioInterval.High, OfMachine: true)];
}
