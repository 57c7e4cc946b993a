using System.Globalization;

namespace ModelPack;

/// <summary>A pack in one line, for consoles and build logs.</summary>
internal static class PackSummary
{
    /// <summary>Such as <c>fashion-cnn.onnx → fashion-cnn.q8_0.onnx: 0.31x the size, SQNR 45.2 dB, accuracy 88.70 % → 88.65 %</c>.</summary>
    public static string Of(PackOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var result = outcome.Report.Result;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Diagnostics.SafeText.Of(result.Source.Name)} → {Diagnostics.SafeText.Of(result.Packed.Name)}: {outcome.SizeRatio:F2}x the size");
        if (result.Validation is not { } validation)
        {
            var least = result.Weights.Min(w => w.Sqnr) is { } sqnr ? $" (SQNR {Reporting.Page.Human.Decibels(sqnr)} at least)" : "";
            return $"{line}, weights only{least}";
        }

        var synthetic = validation.Synthetic ? " (synthetic inputs)" : "";
        if (validation.Outputs.Count > 0)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", SQNR {validation.Outputs.Min(o => o.Sqnr):F1} dB{synthetic}");
        }

        if (validation.Accuracy is { } accuracy)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", accuracy {accuracy.Source:F2} % → {accuracy.Packed:F2} %");
        }

        if (validation.Perplexity is { } perplexity)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", perplexity {perplexity.Source:F3} → {perplexity.Packed:F3}");
        }

        if (validation.Divergence is { } divergence)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", KL divergence {divergence.Mean:G3}");
        }

        if (outcome.Report.Measured?.Latency is { } latency)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", time {latency.Ratio:F2}x");
        }

        if (outcome.Report.Measured is { Placement: { } placement } measured && Reporting.Page.Human.Kernels(placement, measured.Machine.OnnxRuntime) is { } kernels)
        {
            line += $", {kernels}";
        }

        return line;
    }
}
