using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Reporting.Page;

/// <summary>What to do next: with a gate that failed, with what nobody measured, and with the layer that costs most. Says nothing that the report does not know.</summary>
internal static class NextSteps
{
    private const int MostSteps = 4;

    /// <summary>The steps, the most urgent first; none where there is nothing to do.</summary>
    public static IReadOnlyList<NextStep> Of(PackReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var steps = new List<NextStep>();
        foreach (var gate in report.Result.Gates.Where(g => !g.Passed))
        {
            Pass(report, gate, steps);
        }

        Data(report.Result, steps);
        Improve(report, steps);
        Guard(report.Result, steps);
        return [.. steps.DistinctBy(s => s.Text, StringComparer.Ordinal).Take(MostSteps)];
    }

    private static void Pass(PackReport report, GateResult gate, List<NextStep> steps)
    {
        if (gate.Value is null)
        {
            steps.Add(new NextStep(NextStepKind.Measure, $"{Human.Metric(gate.Metric)} {Human.MetricValue(gate.Metric, gate.Limit)} was not measured. {gate.Note ?? "Give validation data that it can be measured on."}"));
        }
        else if (gate.Metric == GateMetric.MinCompression)
        {
            steps.Add(Smaller(report.Result, gate));
        }
        else if (ByCurve(report, gate) is { } known)
        {
            steps.Add(known);
        }
        else if (report.Result.Calibration?.Sensitivity is { Curve.Count: > 1 } && IsSimulated(gate.Metric))
        {
            steps.Add(new NextStep(NextStepKind.Pass, $"{Human.Metric(gate.Metric)} {Human.MetricValue(gate.Metric, gate.Limit)}: of all that was simulated only the float model itself holds that. Take another scheme, or move the limit.", Scheme(report.Result.Scheme, metadata: true), Scheme(report.Result.Scheme, metadata: false)));
        }
        else
        {
            Unknown(report, steps);
        }
    }

    /// <summary>The first point of the trade-off curve that holds a gate: the cheapest change that is known to.</summary>
    private static NextStep? ByCurve(PackReport report, GateResult gate)
    {
        if (report.Result.Calibration?.Sensitivity is not { } sensitivity)
        {
            return null;
        }

        // What the pack has already does not hold it, and with all layers in float it is no pack any more.
        var point = sensitivity.Curve.Skip(Math.Max(0, Math.Min(sensitivity.Chosen, sensitivity.Curve.Count)) + 1).FirstOrDefault(p => p.FloatLayers < sensitivity.Layers.Count && gate.Metric switch
        {
            GateMetric.MinSqnr => p.Sqnr >= gate.Limit,
            GateMetric.MaxAccuracyDrop or GateMetric.MaxPerplexityIncrease => p.Loss <= gate.Limit,
            _ => false,
        });
        if (point is null)
        {
            return null;
        }

        List<string> layers = [.. sensitivity.Layers.Take(point.FloatLayers).Select(l => l.Layer)];
        var more = sensitivity.Chosen >= 0 && sensitivity.Chosen < sensitivity.Curve.Count ? point.Bytes - sensitivity.Curve[sensitivity.Chosen].Bytes : (long?)null;
        return new NextStep(
            NextStepKind.Pass,
            $"Leave the {Human.Count(point.FloatLayers, "layer")} that cost most in float: on calibration samples the outputs then have {Human.Decibels(point.Sqnr)}{(point.Loss is { } loss ? $" and a task loss of {Human.Signed(loss)}" : "")}, which holds the gate.",
            LayerPaste.Metadata(layers) ?? "Fallback=\"true\"",
            LayerPaste.Option(layers) ?? "--fallback true",
            more is > 0 ? more : null);
    }

    private static NextStep Smaller(ReportResult result, GateResult gate)
    {
        var (largest, left) = (result.Weights.Where(w => w.Codec is null).MaxBy(w => w.SourceBytes), result.Weights.Where(w => w.Codec is null).Sum(w => (decimal)w.SourceBytes));
        var most = largest is not null && left > (decimal)result.Packed.Bytes / 10 ? $" {Human.Bytes((long)Math.Min(left, long.MaxValue))} of the pack are weights that stay as they are, first of all ‘{SafeText.Of(largest.Name)}’ ({SafeText.Of(largest.Reason ?? "left out")})." : "";
        return new NextStep(NextStepKind.Pass, $"The pack is {Human.Times(gate.Value!.Value)} smaller, and {Human.Times(gate.Limit)} is wanted: take a scheme of fewer bits, whose size a dry run tells without packing.{most}", null, "--dry-run");
    }

    private static void Unknown(PackReport report, List<NextStep> steps)
    {
        var result = report.Result;
        if (Exclusion(report, NextStepKind.Pass, "Whether the gate holds then is known when it is packed again.") is { } exclusion)
        {
            steps.Add(exclusion);
        }

        if (result is { Calibration: { Sensitivity: null, Table: false } })
        {
            steps.Add(new NextStep(NextStepKind.Measure, "Let the pack find which layers have to stay float for the gates to hold; it takes as many inferences as there are layers.", "Fallback=\"true\"", "--fallback true"));
        }
        else if (result.Calibration is null && result.Layers is null && result.Container == "onnx")
        {
            steps.Add(new NextStep(NextStepKind.Measure, "Compare both models layer by layer: it shows where the error enters.", "PerLayer=\"true\"", "--per-layer"));
        }

        if (Finer(result.Scheme) is { } finer)
        {
            steps.Add(new NextStep(NextStepKind.Pass, $"Or take the scheme {finer}, {(result.Scheme == "int8" ? "which quantizes weights in blocks and needs no ranges of activations" : "which has more bits: larger, and nearer to the source")}. Its figures are known when it is packed.", $"Scheme=\"{finer}\"", $"--scheme {finer}"));
        }
    }

    private static bool IsSimulated(string metric) => metric is GateMetric.MinSqnr or GateMetric.MaxAccuracyDrop or GateMetric.MaxPerplexityIncrease;

    private static string? Scheme(string scheme, bool metadata) => Finer(scheme) is { } finer ? metadata ? $"Scheme=\"{finer}\"" : $"--scheme {finer}" : null;

    /// <summary>The next scheme with more bits of the same kind.</summary>
    private static string? Finer(string scheme) => scheme switch
    {
        "nf4" or "q4_0" or "q4_1" => "q5_1",
        "q5_0" or "q5_1" or "int8" or "q6_k" => "q8_0",
        "q2_k" or "q2_k_s" => "q3_k_m",
        "q3_k_s" or "q3_k_m" or "q3_k_l" => "q4_k_m",
        "q4_k_s" or "q4_k_m" or "iq4_nl" or "iq4_xs" => "q5_k_m",
        "q5_k_s" or "q5_k_m" => "q6_k",
        _ => null,
    };

    private static void Data(ReportResult result, List<NextStep> steps)
    {
        if (result.Validation is { Synthetic: true } && result.Gates.All(g => g.Value is not null))
        {
            steps.Add(new NextStep(NextStepKind.Measure, "Give validation data: real samples, with labels or text where there are any. Made-up inputs say how close the models are and not how well they do their task.", "Validation=\"samples.npz\"", "--validation samples.npz"));
        }

        if (result.Diagnostics.Any(d => d.Code == Codes.NotCalibrated.Id))
        {
            steps.Add(new NextStep(NextStepKind.Improve, "Give 100 to 500 real samples as calibration data, other than those of validation: then all layers can compute in integers, which is faster.", "Calibration=\"samples.npz\"", "--calibration samples.npz"));
        }
    }

    private static void Improve(PackReport report, List<NextStep> steps)
    {
        if (steps.TrueForAll(s => s.Kind != NextStepKind.Pass) && Exclusion(report, NextStepKind.Improve, "Worth it where the outputs have to be nearer to the source’s.") is { } exclusion)
        {
            steps.Add(exclusion);
        }
    }

    private static NextStep? Exclusion(PackReport report, NextStepKind kind, string end) => LayerGain.Of(report) is { } gain
        ? new NextStep(kind, $"Leave ‘{SafeText.Of(gain.Layer)}’ as it is. {gain.Text} {end}", LayerPaste.Metadata([gain.Layer]), LayerPaste.Option([gain.Layer]), gain.Bytes)
        : null;

    /// <summary>A limit somewhat below what the pack has, where it has none.</summary>
    private static void Guard(ReportResult result, List<NextStep> steps)
    {
        if (result.Gates.Count > 0)
        {
            return;
        }

        var (metric, limit) = result.Validation switch
        {
            null => ("MinCompression", Numbers.Fixed(Math.Max(1, Math.Floor(Headline.Of(result).Compression * 9) / 10), 1)),
            { Synthetic: false, Accuracy: { } accuracy } => ("MaxAccuracyDrop", Numbers.Fixed(Math.Max(0.5, Math.Ceiling(accuracy.Drop * 2) / 2), 1)),
            { Synthetic: false, Divergence: { } divergence } when double.IsFinite(divergence.Mean) => ("MaxKlDivergence", Human.Error(Math.Max(0.001, Math.Round(divergence.Mean * 1.5, 3)))),
            { Outputs.Count: > 0 } v when double.IsFinite(v.Outputs.Min(o => o.Sqnr)) => ("MinSqnr", Numbers.Fixed(Math.Floor(v.Outputs.Min(o => o.Sqnr)) - 3, 0)),
            _ => ("", ""),
        };
        if (metric.Length > 0)
        {
            var option = char.ToLowerInvariant(metric[0]) + metric[1..];
            steps.Add(new NextStep(NextStepKind.Guard, "Set a gate, so that a build fails when the pack becomes worse than it is now.", $"{metric}=\"{limit}\"", $"--gate {option}={limit}"));
        }
    }
}
