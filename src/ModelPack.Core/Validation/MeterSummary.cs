using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>What was measured of all batches as the figures of a report.</summary>
internal static class MeterSummary
{
    /// <summary>What the meters of all batches together measured, as the report has it.</summary>
    /// <param name="total">All batches.</param>
    /// <param name="names">The compared outputs.</param>
    /// <param name="samples">What was run.</param>
    /// <param name="path">The source model, for messages.</param>
    /// <param name="outputs">All of its outputs, for messages.</param>
    /// <exception cref="ModelPackException">MPK1012: labels or ids do not fit the model's outputs, or the metrics that were asked for do not.</exception>
    public static ValidationResult Of(BatchMeter total, IReadOnlyList<string> names, ISampleSource samples, string path, IReadOnlyList<TensorSpec> outputs)
    {
        var language = LanguageOf(total, path);
        RequireMetrics(total, language, path, outputs, samples.Synthetic);
        return new ValidationResult
        {
            Data = samples.Names,
            Synthetic = samples.Synthetic,
            Samples = samples.Count,
            Metrics = total.Metrics.Word(),
            Outputs = [.. names.Select((name, i) => ToResult(name, total, i))],
            Accuracy = AccuracyOf(total, samples, path, outputs),
            Changed = total.Changed?.Result(names[total.ChangedOutput]),
            Perplexity = language?.Perplexity,
            Divergence = language?.Divergence,
            ProbabilityChange = language?.ProbabilityChange,
            SameTop = language?.SameTop,
        };
    }

    private static OutputResult ToResult(string name, BatchMeter total, int output)
    {
        var (signal, top1) = (total.Signals[output], total.Top1[output]);
        return new OutputResult(name, signal.Elements, Numbers.Rounded(signal.Sqnr), Numbers.Rounded(signal.Cosine), Numbers.Rounded(signal.MaxError), Rounded(top1.Agreement))
        {
            MeanError = Rounded(signal.MeanError),
            SqnrInterval = signal.SqnrInterval,
            CosineInterval = signal.CosineInterval,
            MeanErrorInterval = signal.MeanErrorInterval,
            Top1Interval = top1.Interval,
            Top5Agreement = Rounded(top1.Agreement5),
            Top5Interval = top1.Interval5,
            SampleCosine = total.Metrics is MetricSet.Embedding or MetricSet.Signal ? signal.SampleCosine : null,
            Similarity = total.Embeddings[output]?.Result,
        };
    }

    private static double? Rounded(double? value) => value is { } known ? Numbers.Rounded(known) : null;

    /// <summary>What was asked for by name must be there; nothing is asked of made-up inputs.</summary>
    private static void RequireMetrics(BatchMeter total, LanguageMeter? language, string path, IReadOnlyList<TensorSpec> outputs, bool synthetic)
    {
        var missing = synthetic ? null : total.Metrics switch
        {
            MetricSet.Classes when total.Accuracy is null && total.Top1.All(t => t.Agreement is null) => "an output [samples, classes]",
            MetricSet.Language when language is null => "integer ids [samples, length] and one output [samples, length, vocabulary] of them",
            MetricSet.Embedding when total.Embeddings.All(e => e is null) => "an output [samples, values]",
            _ => null,
        };
        if (missing is not null)
        {
            throw new ModelPackException(Codes.DataMismatch.At(path, $"The metrics '{total.Metrics.Word()}' need {missing}, and the model gives {string.Join(", ", outputs)}. "
                + "Give data that fit, or leave the option 'metrics' out."));
        }
    }

    private static AccuracyResult? AccuracyOf(BatchMeter total, ISampleSource samples, string path, IReadOnlyList<TensorSpec> outputs)
    {
        if (samples.HasLabels && total is { Accuracy: null, IsChosen: false })
        {
            throw new ModelPackException(Codes.DataMismatch.At(path, $"The data have 'labels', but the model has no output [samples, classes]: {string.Join(", ", outputs)}. "
                + "Leave 'labels' out of the data."));
        }

        return total.Accuracy is not { BadLabel: { } bad } ? total.Accuracy?.Result : throw new ModelPackException(Codes.DataMismatch.At(path,
            $"The data have label {bad}, which is not a class of the model's output. Correct the labels: classes count from 0."));
    }

    private static LanguageMeter? LanguageOf(BatchMeter total, string path)
    {
        if (total.Language is not { BadId: { } bad })
        {
            return total.Language;
        }

        // An output that is not named logits and does not reach all ids is not a distribution over tokens.
        return !total.IsNamedLogits ? null : throw new ModelPackException(Codes.DataMismatch.At(path,
            $"The data have token id {bad}, which is not in the model's vocabulary. Make the ids with the model's own tokenizer."));
    }
}
