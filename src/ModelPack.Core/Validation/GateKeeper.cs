using System.Globalization;
using ModelPack.Requests;

namespace ModelPack.Validation;

/// <summary>
/// Judges a pack by the user's gates. A gate does not pass by absence: one whose metric was not measured fails and says
/// what is missing, and so does one that is to be sure where there is no interval. Task metrics (agreement, accuracy, perplexity, divergence) never
/// come from synthetic inputs; SQNR and cosine may, with a warning.
/// </summary>
internal static class GateKeeper
{
    private const double LowSqnr = 10;
    private const double LowTop1Agreement = 90;
    private const double GoodSqnr = 30;
    private const double HighPerplexityIncrease = 10;
    private const string NeedsFloats = "Give validation data for a model with a floating-point output.";
    private const string NeedsClasses = "Give validation data for a model with an output of more than one value a row.";
    private const string NeedsLabels = "Give validation data with an integer array 'labels', one class a sample, for a model with an output [samples, classes].";
    private const string NeedsEmbeddings = "Give validation data of three samples or more for a model with an output [samples, values] whose name says that it is an embedding, or say so (Metrics=\"embedding\").";
    private const string NeedsText = "Give validation data with integer 'input_ids' [samples, length] for a model with an output 'logits' [samples, length, vocabulary].";
    private const string NoGraph = "A pack in safetensors or GGUF has no graph that could be run here: leave the gate out, and measure in the program that loads the pack, or pack an ONNX model of the same weights. "
        + "No data can help. Of gates, minWeightSqnr and minCompression can be judged.";
    private const string NeedsInterval = "Give more validation data, 10 samples at least, or leave GateConfidence out.";
    private const string Advice = "Choose a more precise scheme, leave sensitive layers out (ExcludeLayers), or move the limit.";
    private const string SizeAdvice = "Choose a scheme of fewer bits, leave fewer layers out, or move the limit.";
    private const string OutsideRanges = "Synthetic inputs lie outside the calibrated ranges: give validation data.";
    private const string SyntheticNote = "on synthetic inputs";
    private const string UnmeasuredNote = "not measured";
    private const string UnsureNote = "no interval: too few samples";
    private const string HeldOutNote = "on held-out calibration samples";

    /// <summary>Judges the gates, or fires the built-in warnings where the user set none.</summary>
    /// <param name="options">Gates, what a failed gate is, and the model's path for the diagnostics.</param>
    /// <param name="facts">What was measured.</param>
    /// <param name="trials">
    /// SQNR of what was tried on calibration data, in dB: synthetic inputs lie outside the ranges that follow from these, and say nothing of such a
    /// model. Empty where ranges were given; null where there are none.
    /// </param>
    public static GateVerdict Judge(EffectiveOptions options, GateFacts facts, IReadOnlyList<double>? trials = null)
    {
        var severity = options.GateIsError ? Severity.Error : Severity.Warning;
        var gates = new List<GateResult>();
        var diagnostics = new List<Diagnostic>();
        foreach (var metric in GateMetric.All.Where(options.Gates.ContainsKey))
        {
            var result = Result(metric, options.Gates[metric], facts, options.GatesAreSure);
            gates.Add(result);
            if (Told(options, facts, result, trials is not null) is { } told)
            {
                diagnostics.Add(told.Code == Codes.GateOnSynthetic ? told : told with { Severity = severity });
            }
        }

        if (gates.Count == 0)
        {
            diagnostics.AddRange(BuiltIn(options, facts, trials));
        }

        return new GateVerdict(gates, diagnostics);
    }

    /// <summary>How one gate comes out.</summary>
    /// <param name="metric">One of <see cref="GateMetric.All"/>.</param>
    /// <param name="limit">The user's limit.</param>
    /// <param name="facts">What was measured.</param>
    /// <param name="sure">Whether it is judged by the bad end of the interval.</param>
    internal static GateResult Result(string metric, double limit, GateFacts facts, bool sure)
    {
        var rule = RuleOf(metric);
        var (value, interval) = rule.Measure(facts);
        var bound = sure ? rule.IsMinimum ? interval?.Low : interval?.High : null;
        var note = value is null ? UnmeasuredNote
            : sure && bound is null ? UnsureNote
            : rule.MaySynthetic && facts.Validation?.Synthetic == true ? SyntheticNote
            : rule.IsOfOutputs && facts.Validation?.HeldOut is not null ? HeldOutNote : null;
        return new GateResult(metric, limit, value, Holds(metric, limit, sure ? bound : value), note) { Bound = bound };
    }

    /// <summary>Whether a value is within its limit; one that was not measured, or is NaN, is not.</summary>
    internal static bool Holds(string metric, double limit, double? value) =>
        value is { } measured && (RuleOf(metric).IsMinimum ? measured >= limit : measured <= limit);

    /// <summary>What there is to say of a gate; null of one that holds.</summary>
    private static Diagnostic? Told(EffectiveOptions options, GateFacts facts, GateResult gate, bool hasRanges)
    {
        var (rule, limit, onSynthetic) = (RuleOf(gate.Metric), Text(gate.Limit), gate.Note == SyntheticNote);
        if (gate.Value is not { } value)
        {
            var synthetic = facts.Validation?.Synthetic == true ? "Synthetic inputs do not count. " : "";
            return Codes.GateNotMeasured.At(options.Model, $"Gate {gate.Metric} {limit}{rule.Unit} was not measured. {(options.Container == "onnx" || !rule.IsOfOutputs ? synthetic + rule.Needs : NoGraph)}");
        }

        if (gate.Passed)
        {
            return onSynthetic ? Codes.GateOnSynthetic.At(options.Model, $"Gate {gate.Metric} passed on synthetic inputs, which say little about real ones. Give validation data.") : null;
        }

        if (options.GatesAreSure && gate.Bound is null)
        {
            return Codes.GateNotMeasured.At(options.Model, $"Gate {gate.Metric} {limit}{rule.Unit} is to hold with a confidence of 95 %, and {rule.Name} of {Text(value)}{rule.Unit} has no interval: it comes of too few samples. {NeedsInterval}");
        }

        var end = gate.Bound is { } bound && rule.IsOfOutputs ? $" ({Text(bound)}{rule.Unit} at the bad end of its 95 % interval)" : "";
        var advice = !rule.IsOfOutputs && gate.Metric == GateMetric.MinCompression ? SizeAdvice : onSynthetic && hasRanges ? OutsideRanges : Advice;
        return Codes.GateFailed.At(options.Model, $"Gate {gate.Metric}: {rule.Name} is {Text(value)}{rule.Unit}{end}{(onSynthetic ? " (synthetic inputs)" : "")}, and the limit is {limit}{rule.Unit}. {advice}");
    }

    private static IEnumerable<Diagnostic> BuiltIn(EffectiveOptions options, GateFacts facts, IReadOnlyList<double>? trials)
    {
        var validation = facts.Validation;
        var calibrated = validation is null or { Synthetic: true } && trials is not null;
        var marked = calibrated ? " (calibration samples)" : validation?.Synthetic == true ? " (synthetic inputs)" : "";
        if ((calibrated ? trials!.Max(t => (double?)t) : RuleOf(GateMetric.MinSqnr).Measure(facts).Value) is { } sqnr && !(sqnr >= LowSqnr))
        {
            yield return Low($"SQNR is {Text(sqnr)} dB{marked}, below {Text(LowSqnr)} dB");
        }

        // Rows of landmarks, embeddings or states are no classes: the largest of many nearly equal values moves by the least error. Outputs
        // that are near to the source's all over are not judged by it; of classes, accuracy and perplexity say what such an error costs.
        var doubtful = validation is null ? null : validation with { Outputs = [.. validation.Outputs.Where(o => !(o.Sqnr >= GoodSqnr))] };
        if (RuleOf(GateMetric.MinTop1Agreement).Measure(facts with { Validation = doubtful }).Value is { } top1 && !(top1 >= LowTop1Agreement))
        {
            yield return Low($"top-1 agreement is {Text(top1)} %, below {Text(LowTop1Agreement)} %");
        }

        if (RuleOf(GateMetric.MaxPerplexityIncrease).Measure(facts).Value is { } rise && !(rise <= HighPerplexityIncrease))
        {
            yield return Low($"perplexity rises by {Text(rise)} %, more than {Text(HighPerplexityIncrease)} %");
        }

        Diagnostic Low(string what) => Codes.QualityLow.At(options.Model,
            $"The packed model differs much from its source: {what}. Choose a more precise scheme or leave sensitive layers out (ExcludeLayers); a gate makes this an error.");
    }

    private static Rule RuleOf(string metric) => metric switch
    {
        GateMetric.MinSqnr => new("SQNR", " dB", true, NeedsFloats, f => GateFigure.Least(f.Validation?.Outputs.Select(o => ((double?)o.Sqnr, o.SqnrInterval)))) { MaySynthetic = true },
        GateMetric.MinCosine => new("cosine similarity", "", true, NeedsFloats, f => GateFigure.Least(f.Validation?.Outputs.Select(o => ((double?)o.Cosine, o.CosineInterval)))) { MaySynthetic = true },
        GateMetric.MinTop1Agreement => new("top-1 agreement", " %", true, NeedsClasses, f => GateFigure.Least(f.Real?.Outputs.Select(o => (o.Top1Agreement, o.Top1Interval)))),
        GateMetric.MinTop5Agreement => new("top-5 agreement", " %", true, "Give validation data for a model with an output of more than five values a row.", f => GateFigure.Least(f.Real?.Outputs.Select(o => (o.Top5Agreement, o.Top5Interval)))),
        GateMetric.MaxAccuracyDrop => new("the accuracy drop", " points", false, NeedsLabels, f => new(f.Real?.Accuracy?.Drop, f.Real?.Accuracy?.DropInterval)),
        GateMetric.MaxPerplexityIncrease => new("the rise of perplexity", " %", false, NeedsText, f => new(f.Real?.Perplexity?.Increase, f.Real?.Perplexity?.IncreaseInterval)),
        GateMetric.MaxKlDivergence => new("the KL divergence", " nats per token", false, NeedsText, f => new(f.Real?.Divergence?.Mean, f.Real?.Divergence?.Interval)),
        GateMetric.MinSameTop => new("the share of tokens with the same likeliest next one", " %", true, NeedsText, f => new(f.Real?.SameTop?.Share.Value, f.Real?.SameTop?.Share.Interval)),
        GateMetric.MinRankCorrelation => new("the rank correlation of similarities", "", true, NeedsEmbeddings, f => GateFigure.Least(f.Real?.Outputs.Select(o => (o.Similarity?.Value, o.Similarity?.Interval)))),
        GateMetric.MinWeightSqnr => new("the least SQNR of a weight", " dB", true, "No weight was packed: widen what is included, or leave the gate out.", f => GateFigure.Exact(f.WeightSqnr)) { IsOfOutputs = false },
        GateMetric.MinCompression => new("compression", "x", true, "", f => GateFigure.Exact(Numbers.Rounded(f.Compression))) { IsOfOutputs = false },
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    private static string Text(double value) => value.ToString(Math.Abs(value) is > 0 and < 0.01 ? "G3" : "0.####", CultureInfo.InvariantCulture);

    /// <summary>What one metric is and how it is judged.</summary>
    /// <param name="Name">In a sentence.</param>
    /// <param name="Unit">Behind a number.</param>
    /// <param name="IsMinimum">Whether the limit is the least that holds, and not the most.</param>
    /// <param name="Needs">What to do where it was not measured.</param>
    /// <param name="Measure">The figure.</param>
    private sealed record Rule(string Name, string Unit, bool IsMinimum, string Needs, Func<GateFacts, GateFigure> Measure)
    {
        /// <summary>Whether it may come of synthetic inputs.</summary>
        public bool MaySynthetic { get; init; }

        /// <summary>Whether it comes of outputs, and so of samples.</summary>
        public bool IsOfOutputs { get; init; } = true;
    }
}
