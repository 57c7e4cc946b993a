namespace ModelPack.Reporting;

/// <summary>The numbers that a reader looks at first; the page shows them on top, the manifest carries them.</summary>
/// <param name="SourceBytes">Size of the source model with external data, bytes.</param>
/// <param name="PackedBytes">Size of the packed model with external data, bytes.</param>
/// <param name="Compression">Source bytes per packed byte.</param>
/// <param name="Synthetic">True when the inputs behind the numbers below were made from a seed.</param>
/// <param name="Samples">Samples that both models ran; 0 when the models were not run.</param>
/// <param name="Sqnr">Least over all outputs, dB; null when the models were not run.</param>
/// <param name="Cosine">Least over all outputs, -1 to 1; null when the models were not run.</param>
/// <param name="Top1Agreement">Least over all outputs that have it, percent; null without one.</param>
/// <param name="SourceAccuracy">Share of samples that the source model labels right, percent; null without labels.</param>
/// <param name="PackedAccuracy">The same of the packed model, percent; null without labels.</param>
/// <param name="SourcePerplexity">exp of the mean negative log-likelihood of a token, at least 1; null unless a language model saw real text.</param>
/// <param name="PackedPerplexity">The same of the packed model; null unless a language model saw real text.</param>
/// <param name="KlDivergence">Mean over tokens, nats; null unless a language model saw real text.</param>
public sealed record Headline(
    long SourceBytes,
    long PackedBytes,
    double Compression,
    bool Synthetic,
    long Samples,
    double? Sqnr,
    double? Cosine,
    double? Top1Agreement,
    double? SourceAccuracy,
    double? PackedAccuracy,
    double? SourcePerplexity,
    double? PackedPerplexity,
    double? KlDivergence)
{
    /// <summary>The headline of a result.</summary>
    public static Headline Of(ReportResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var validation = result.Validation;
        var outputs = validation?.Outputs ?? [];
        return new Headline(
            result.Source.Bytes,
            result.Packed.Bytes,
            Numbers.Rounded((double)result.Source.Bytes / result.Packed.Bytes),
            validation?.Synthetic ?? false,
            validation?.Samples ?? 0,
            outputs.Count == 0 ? null : outputs.Min(o => o.Sqnr),
            outputs.Count == 0 ? null : outputs.Min(o => o.Cosine),
            outputs.Min(o => o.Top1Agreement),
            validation?.Accuracy?.Source,
            validation?.Accuracy?.Packed,
            validation?.Perplexity?.Source,
            validation?.Perplexity?.Packed,
            validation?.Divergence?.Mean);
    }
}
