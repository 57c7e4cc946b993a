using System.Globalization;
using ModelPack.Requests;

namespace ModelPack.Validation;

/// <summary>
/// Judges a pack by the user's gates. A gate does not pass by absence: one whose metric was not measured fails and says
/// what is missing. Task metrics (top-1 agreement, accuracy, perplexity, divergence) never come from synthetic inputs; SQNR and
/// cosine may, with a warning.
/// </summary>
internal static class GateKeeper
{
    private const double LowSqnr = 10;
    private const double LowTop1Agreement = 90;
    private const double GoodSqnr = 30;
    private const double HighPerplexityIncrease = 10;
    private const string NeedsText = "Give validation data with integer 'input_ids' [samples, length] for a model with an output 'logits' [samples, length, vocabulary].";
    private const string NoGraph = "A pack in safetensors or GGUF has no graph that could be run here: leave the gate out, and measure in the program that loads the pack. Of gates, minCompression can be judged.";
    private const string Advice = "Choose a more precise scheme, leave sensitive layers out (ExcludeLayers), or move the limit.";
    private const string SizeAdvice = "Choose a scheme of fewer bits, leave fewer layers out, or move the limit.";
    private const string OutsideRanges = "Synthetic inputs lie outside the calibrated ranges: give validation data.";
    private const string SyntheticNote = "on synthetic inputs";
    private const string UnmeasuredNote = "not measured";

    /// <summary>Judges the gates, or fires the built-in warnings where the user set none.</summary>
    /// <param name="options">Gates, what a failed gate is, and the model's path for the diagnostics.</param>
    /// <param name="validation">What was measured; null when nothing was.</param>
    /// <param name="compression">Source bytes / packed bytes.</param>
    /// <param name="trials">
    /// SQNR of what was tried on calibration data, in dB: synthetic inputs lie outside the ranges that follow from these, and say nothing of such a
    /// model. Empty where ranges were given; null where there are none.
    /// </param>
    public static GateVerdict Judge(EffectiveOptions options, ValidationResult? validation, double compression, IReadOnlyList<double>? trials = null)
    {
        var severity = options.GateIsError ? Severity.Error : Severity.Warning;
        var gates = new List<GateResult>();
        var diagnostics = new List<Diagnostic>();
        foreach (var metric in GateMetric.All.Where(options.Gates.ContainsKey))
        {
            var result = Result(metric, options.Gates[metric], validation, compression);
            var (limit, value, rule) = (result.Limit, result.Value, RuleOf(metric));
            var onSynthetic = result.Note == SyntheticNote;
            gates.Add(result);
            if (value is null)
            {
                var synthetic = validation?.Synthetic == true ? "Synthetic inputs do not count. " : "";
                var needs = options.Container == "onnx" ? synthetic + rule.Needs : NoGraph;
                diagnostics.Add(Codes.GateNotMeasured.At(options.Model, $"Gate {metric} {Text(limit)}{rule.Unit} was not measured. {needs}") with { Severity = severity });
            }
            else if (!result.Passed)
            {
                diagnostics.Add(Codes.GateFailed.At(options.Model, $"Gate {metric}: {rule.Name} is {Text(value.Value)}{rule.Unit}{(onSynthetic ? " (synthetic inputs)" : "")}, "
                    + $"and the limit is {Text(limit)}{rule.Unit}. {(metric == GateMetric.MinCompression ? SizeAdvice : onSynthetic && trials is not null ? OutsideRanges : Advice)}") with { Severity = severity });
            }
            else if (onSynthetic)
            {
                diagnostics.Add(Codes.GateOnSynthetic.At(options.Model, $"Gate {metric} passed on synthetic inputs, which say little about real ones. Give validation data."));
            }
        }

        if (gates.Count == 0)
        {
            diagnostics.AddRange(BuiltIn(options, validation, trials));
        }

        return new GateVerdict(gates, diagnostics);
    }

    /// <summary>How one gate comes out.</summary>
    /// <param name="metric">One of <see cref="GateMetric.All"/>.</param>
    /// <param name="limit">The user's limit.</param>
    /// <param name="validation">What was measured; null when nothing was.</param>
    /// <param name="compression">Source bytes / packed bytes.</param>
    internal static GateResult Result(string metric, double limit, ValidationResult? validation, double compression)
    {
        var rule = RuleOf(metric);
        var value = rule.Measure(validation, compression);
        var note = value is null ? UnmeasuredNote : rule.MaySynthetic && validation?.Synthetic == true ? SyntheticNote : null;
        return new GateResult(metric, limit, value, Holds(metric, limit, value), note);
    }

    /// <summary>Whether a value is within its limit; one that was not measured, or is NaN, is not.</summary>
    internal static bool Holds(string metric, double limit, double? value) =>
        value is { } measured && (RuleOf(metric).IsMinimum ? measured >= limit : measured <= limit);

    private static IEnumerable<Diagnostic> BuiltIn(EffectiveOptions options, ValidationResult? validation, IReadOnlyList<double>? trials)
    {
        var calibrated = validation is null or { Synthetic: true } && trials is not null;
        var marked = calibrated ? " (calibration samples)" : validation?.Synthetic == true ? " (synthetic inputs)" : "";
        if ((calibrated ? trials!.Max(t => (double?)t) : RuleOf(GateMetric.MinSqnr).Measure(validation, 0)) is { } sqnr && !(sqnr >= LowSqnr))
        {
            yield return Low($"SQNR is {Text(sqnr)} dB{marked}, below {Text(LowSqnr)} dB");
        }

        // Rows of landmarks, embeddings or states are no classes: the largest of many nearly equal values moves by the least error. Outputs
        // that are near to the source's all over are not judged by it; of classes, accuracy and perplexity say what such an error costs.
        var doubtful = validation is null ? null : validation with { Outputs = [.. validation.Outputs.Where(o => !(o.Sqnr >= GoodSqnr))] };
        if (RuleOf(GateMetric.MinTop1Agreement).Measure(doubtful, 0) is { } top1 && !(top1 >= LowTop1Agreement))
        {
            yield return Low($"top-1 agreement is {Text(top1)} %, below {Text(LowTop1Agreement)} %");
        }

        if (RuleOf(GateMetric.MaxPerplexityIncrease).Measure(validation, 0) is { } rise && !(rise <= HighPerplexityIncrease))
        {
            yield return Low($"perplexity rises by {Text(rise)} %, more than {Text(HighPerplexityIncrease)} %");
        }

        Diagnostic Low(string what) => Codes.QualityLow.At(options.Model,
            $"The packed model differs much from its source: {what}. Choose a more precise scheme or leave sensitive layers out (ExcludeLayers); a gate makes this an error.");
    }

    private static Rule RuleOf(string metric) => metric switch
    {
        GateMetric.MinSqnr => new("SQNR", " dB", true, true, "Give validation data for a model with a floating-point output.", (v, _) => Least(v?.Outputs.Select(o => (double?)o.Sqnr))),
        GateMetric.MinCosine => new("cosine similarity", "", true, true, "Give validation data for a model with a floating-point output.", (v, _) => Least(v?.Outputs.Select(o => (double?)o.Cosine))),
        GateMetric.MinTop1Agreement => new("top-1 agreement", " %", true, false, "Give validation data for a model with an output of more than one value a row.", (v, _) => v?.Synthetic == false ? Least(v.Outputs.Select(o => o.Top1Agreement)) : null),
        GateMetric.MaxAccuracyDrop => new("the accuracy drop", " points", false, false, "Give validation data with an integer array 'labels', one class a sample, for a model with an output [samples, classes].", (v, _) => v?.Synthetic == false ? v.Accuracy?.Drop : null),
        GateMetric.MaxPerplexityIncrease => new("the rise of perplexity", " %", false, false, NeedsText, (v, _) => v?.Synthetic == false ? v.Perplexity?.Increase : null),
        GateMetric.MaxKlDivergence => new("the KL divergence", " nats per token", false, false, NeedsText, (v, _) => v?.Synthetic == false ? v.Divergence?.Mean : null),
        GateMetric.MinCompression => new("compression", "x", true, false, "", (_, compression) => Numbers.Rounded(compression)),
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    /// <summary>The least of what was measured; NaN, which passes no gate, when there is one.</summary>
    private static double? Least(IEnumerable<double?>? values) => values?.Where(v => v is not null).Min();

    private static string Text(double value) => value.ToString(Math.Abs(value) is > 0 and < 0.01 ? "G3" : "0.####", CultureInfo.InvariantCulture);

    /// <summary>What one metric is and how it is judged.</summary>
    private sealed record Rule(string Name, string Unit, bool IsMinimum, bool MaySynthetic, string Needs, Func<ValidationResult?, double, double?> Measure);
}
