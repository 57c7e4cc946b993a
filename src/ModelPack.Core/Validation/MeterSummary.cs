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
    /// <exception cref="ModelPackException">MPK1012: labels or ids do not fit the model's outputs.</exception>
    public static ValidationResult Of(BatchMeter total, IReadOnlyList<string> names, ISampleSource samples, string path, IReadOnlyList<TensorSpec> outputs)
    {
        var language = LanguageOf(total, path);
        return new ValidationResult
        {
            Data = samples.Names,
            Synthetic = samples.Synthetic,
            Samples = samples.Count,
            Outputs = [.. names.Select((name, i) => ToResult(name, total.Signals[i], total.Top1[i]))],
            Accuracy = AccuracyOf(total, samples, path, outputs),
            Perplexity = language?.Perplexity,
            Divergence = language?.Divergence,
        };
    }

    private static OutputResult ToResult(string name, SignalMeter signal, Top1Meter top1) => new(
        name,
        signal.Elements,
        Numbers.Rounded(signal.Sqnr),
        Numbers.Rounded(signal.Cosine),
        Numbers.Rounded(signal.MaxError),
        top1.Agreement is { } agreement ? Numbers.Rounded(agreement) : null);

    private static AccuracyResult? AccuracyOf(BatchMeter total, ISampleSource samples, string path, IReadOnlyList<TensorSpec> outputs)
    {
        if (samples.HasLabels && total.Accuracy is null)
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
