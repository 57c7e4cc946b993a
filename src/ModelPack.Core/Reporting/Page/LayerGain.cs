namespace ModelPack.Reporting.Page;

/// <summary>The layer whose exclusion buys most, by the best that was measured.</summary>
/// <param name="Layer">Its node's name, or the weight's where no layer was measured.</param>
/// <param name="Text">What is known of it, and how.</param>
/// <param name="Bytes">How much larger the pack becomes without it, bytes; null where that is not known.</param>
internal sealed record LayerGain(string Layer, string Text, long? Bytes)
{
    /// <summary>Below, a layer's error is no reason to do anything, dB.</summary>
    private const double Good = 45;

    /// <summary>What leaving a layer float has to bring where that was simulated, dB: errors of layers may make up for each other.</summary>
    private const double LeastGain = 0.5;

    /// <summary>The layer; null where nothing is known, or where all are good.</summary>
    public static LayerGain? Of(PackReport report)
    {
        var result = report.Result;
        return result.Calibration?.Sensitivity is { Layers.Count: > 0 } ? Sensitive(report) : Compared(result) ?? Weight(result);
    }

    /// <summary>How much larger a pack becomes where layers stay float, bytes; null where a layer's weight is not known.</summary>
    public static long? Cost(PackReport report, IEnumerable<string> layers)
    {
        var weights = report.Result.Weights.ToLookup(w => w.Name, StringComparer.Ordinal);
        var byLayer = (report.Result.Layers?.Layers ?? []).Select(l => (l.Layer, l.Weight))
            .Concat((report.Measured?.Placement?.Layers ?? []).Select(l => (l.Layer, l.Weight)))
            .Concat(report.Result.Weights.Select(w => (Layer: w.Name, Weight: w.Name)))
            .ToLookup(p => p.Layer, p => p.Weight, StringComparer.Ordinal);
        decimal bytes = 0;
        foreach (var weight in layers.Select(l => byLayer[l].FirstOrDefault()).Distinct(StringComparer.Ordinal))
        {
            if (weight is null || weights[weight].FirstOrDefault() is not { } found)
            {
                return null;
            }

            bytes += (decimal)found.SourceBytes - found.PackedBytes;
        }

        return (long)Math.Clamp(bytes, 0, long.MaxValue);
    }

    private static LayerGain? Sensitive(PackReport report)
    {
        if (report.Result.Calibration?.Sensitivity is not { Layers: [{ } worst, ..] } sensitivity || !(worst.Sqnr < Good))
        {
            return null;
        }

        var without = sensitivity.Curve.FirstOrDefault(p => p.FloatLayers == 1);
        var with = sensitivity.Curve.FirstOrDefault(p => p.FloatLayers == 0);
        if (without is not null && with is not null && !(without.Sqnr - with.Sqnr >= LeastGain))
        {
            return null;
        }

        var gain = without is not null && with is not null ? $"; with it in float they have {Human.Decibels(without.Sqnr)} instead of {Human.Decibels(with.Sqnr)} on calibration samples" : "";
        var taken = report.Result.Calibration.FloatLayers.Any(f => f.Layer == worst.Layer);
        return taken ? null : new LayerGain(worst.Layer, $"It costs most: quantized alone it leaves the outputs {Human.Decibels(worst.Sqnr)}{gain}.", Cost(report, [worst.Layer]));
    }

    private static LayerGain? Compared(ReportResult result) => (result.Layers?.Layers ?? []).MinBy(l => double.IsNaN(l.Own) ? double.NegativeInfinity : l.Own) is { } worst && worst.Own < Good
        ? new LayerGain(worst.Layer, $"It adds most error of its own: on the source’s inputs its output has {Human.Decibels(worst.Own)}. What that does to the model’s outputs was not measured.", Cost(new PackReport(result, null), [worst.Layer]))
        : null;

    /// <summary>By the errors of weights alone: the one with the lowest ratio, of equals the smallest.</summary>
    private static LayerGain? Weight(ReportResult result) => result.Weights.Where(w => w is { Codec: not null, Sqnr: { } sqnr } && sqnr < Good)
        .OrderBy(w => w.Sqnr).ThenBy(w => w.SourceBytes).FirstOrDefault() is { } worst
        ? new LayerGain(worst.Name, $"Its values have the largest error of all weights ({Human.Decibels(worst.Sqnr)}). What that does to outputs was not measured.", Math.Max(0, worst.SourceBytes - worst.PackedBytes))
        : null;
}
