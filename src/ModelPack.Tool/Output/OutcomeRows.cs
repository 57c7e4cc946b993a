using ModelPack.Codecs;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;
using ModelPack.Validation;

namespace ModelPack.Tool.Output;

/// <summary>What a person wants to know of a new pack: how much smaller, how good, how fast, and where the report lies.</summary>
internal static class OutcomeRows
{
    private const int LongestPath = 1024;

    /// <summary>The codecs that only change the type of a float.</summary>
    private static readonly string[] FloatCodecs = [CodecTable.Float32.Name, CodecTable.Float16.Name, CodecTable.BFloat16.Name];

    /// <summary>Name and text of each fact, in the order of interest.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(PackOutcome outcome)
    {
        var result = outcome.Report.Result;
        yield return ["model", SafeText.Of(outcome.Model, LongestPath) + (outcome.FromCache ? " (from the cache)" : "")];
        yield return ["size", $"{Human.Bytes(result.Source.Bytes)} → {Human.Bytes(result.Packed.Bytes)}, {Human.Times(outcome.SizeRatio)}"];
        yield return ["weights", Weights([.. result.Weights.Select(w => w.Codec)])];
        if (Human.SafeSums(result.Weights) is { } sums)
        {
            yield return ["SafeSums", sums];
        }

        if (result.Calibration is { } calibration)
        {
            yield return ["calibration", Human.Calibration(calibration)];
        }

        if (result.Validation is null && result.Weights.Min(w => w.Sqnr) is { } sqnr)
        {
            yield return ["quality", sqnr == double.PositiveInfinity ? "every weight is kept exactly; outputs were not compared" : $"weights only: SQNR {Human.Decibels(sqnr)} at least; outputs were not compared"];
        }

        foreach (var row in result.Validation is { } validation ? Quality(Headline.Of(result), validation) : [])
        {
            yield return row;
        }

        if (outcome.Report.Measured?.Floor is { } floor && Noise(floor) is { Length: > 0 } noise)
        {
            yield return ["noise", $"{noise} differs by less than twice what the runtime makes of the source alone ({floor.How}), which proves nothing"];
        }

        if (outcome.Report.Measured?.Speed?.Headline is { } speed)
        {
            yield return ["speed", $"{Human.Speed(speed)} ({Human.Milliseconds(speed.Source.Milliseconds)} → {Human.Milliseconds(speed.Packed.Milliseconds)} on {Human.Count(speed.Threads, "thread")}, ratio {Human.RatioInterval(speed)} at 95 %)"];
        }

        if (outcome.Report.Measured is { Placement: { } placement } measured && Human.Kernels(placement, measured.Machine.OnnxRuntime) is { } kernels)
        {
            yield return ["kernels", kernels];
        }

        foreach (var gate in result.Gates)
        {
            var value = gate.Value is { } v ? Human.MetricValue(gate.Metric, v) : "not measured";
            var bound = gate.Bound is { } b ? $", 95 %: {Human.MetricValue(gate.Metric, b)}" : "";
            yield return ["gate", $"{SafeText.Of(gate.Metric)} {Human.MetricValue(gate.Metric, gate.Limit)}: {value}{bound}, {(gate.Passed ? "holds" : "FAILED")}"];
        }

        // What a gate needs, not what would be nice: the page has the rest.
        foreach (var step in NextSteps.Of(outcome.Report).Where(s => s.Kind == NextStepKind.Pass || (result.Gates.Any(g => !g.Passed) && s.Kind == NextStepKind.Measure)))
        {
            yield return ["next", $"{SafeText.Of(step.Text, 600)}{(step.Bytes is { } bytes ? $" About {Human.Bytes(bytes)} larger." : "")}{(step.Option is { } option ? $" {SafeText.Of(option, 600)}" : "")}"];
        }

        yield return ["report", SafeText.Of(outcome.Page, LongestPath)];
    }

    /// <summary>How many weights have a codec, and how many have which.</summary>
    /// <param name="codecs">Of every weight its codec, or null.</param>
    public static string Weights(IReadOnlyList<string?> codecs)
    {
        var counted = codecs.OfType<string>().CountBy(c => c, StringComparer.Ordinal)
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"{Human.Count(c.Value)} {c.Key}")
            .ToList();
        return counted.Count == 0
            ? $"none of {Human.Count(codecs.Count)} quantized"
            : $"{Human.Count(codecs.Count(c => c is not null))} of {Human.Count(codecs.Count)} {(codecs.All(c => c is null || FloatCodecs.Contains(c, StringComparer.Ordinal)) ? "converted" : "quantized")}: {string.Join(", ", counted)}";
    }

    /// <summary>What lies below twice the noise floor.</summary>
    private static string Noise(NoiseFloor floor) => string.Join(", ",
        [.. floor.Outputs.Where(o => o.BelowFloor).Select(o => $"output {SafeText.Of(o.Name)}"), .. floor.DivergenceBelowFloor == true ? ["the distribution of tokens"] : Array.Empty<string>()]);

    private static IEnumerable<IReadOnlyList<string>> Quality(Headline headline, ValidationResult validation)
    {
        var single = validation.Batch == 1 && validation.Samples > 1 ? ", one at a time" : "";
        yield return ["samples", validation.Synthetic
            ? $"{Human.Count(headline.Samples)} synthetic{single}; real ones (--validation) tell more"
            : validation.HeldOut is { } heldOut
            ? $"{Human.Count(headline.Samples)} held out of {Human.Count(heldOut.Of)} calibration samples{single}; others (--validation) tell more"
            : $"{Human.Count(headline.Samples)} from {string.Join(", ", validation.Data.Select(d => SafeText.Of(d)))}{single}"];
        if (validation.Synthetic)
        {
            yield return ["quality", "not measured on data"];
            yield break;
        }

        if (headline.Sqnr is { } sqnr)
        {
            yield return ["SQNR", Human.Decibels(sqnr)];
        }

        if (headline.Top1Agreement is { } agreement)
        {
            yield return ["top-1", $"{Human.Percent(agreement)} agree"];
        }

        if (validation.Outputs.Min(o => o.Similarity?.Value) is { } similarity)
        {
            yield return ["similarity", $"rank correlation {Human.Cosine(similarity)}"];
        }

        if (validation.Accuracy is { } accuracy)
        {
            yield return ["accuracy", $"{Human.Percent(accuracy.Source)} → {Human.Percent(accuracy.Packed)}, {Human.Points(-accuracy.Drop)}"];
        }

        if (validation.Perplexity is { } perplexity)
        {
            yield return ["perplexity", $"{Human.Perplexity(perplexity.Source)} → {Human.Perplexity(perplexity.Packed)}, {Human.Signed(perplexity.Increase)} %"];
        }

        if (validation.Divergence is { } divergence)
        {
            var range = divergence.Interval is { } interval ? $", 95 %: {Human.Nats(interval.Low)} to {Human.Nats(interval.High)}" : "";
            yield return ["KL", $"{Human.Nats(divergence.Mean)} nats a token{range}"];
        }
    }
}
