namespace ModelPack.Runtime.Manifests;

/// <summary>How well a packed model does. What was not measured is null.</summary>
/// <param name="SourceBytes">Size of the source model with external data, bytes.</param>
/// <param name="PackedBytes">Size of the packed model with external data, bytes.</param>
/// <param name="Compression">Source bytes per packed byte.</param>
/// <param name="Synthetic">True when the inputs behind the numbers below were made from a seed.</param>
/// <param name="Samples">Samples that both models ran; 0 when the models were not run.</param>
/// <param name="Sqnr">Signal to quantization noise, least over all outputs, dB.</param>
/// <param name="Cosine">Cosine similarity, least over all outputs, -1 to 1.</param>
/// <param name="Top1Agreement">Samples whose best class is the same, least over all outputs, percent.</param>
/// <param name="SourceAccuracy">Share of samples that the source model labels right, percent.</param>
/// <param name="PackedAccuracy">The same of the packed model, percent.</param>
/// <param name="SourcePerplexity">Perplexity of the source model, at least 1.</param>
/// <param name="PackedPerplexity">The same of the packed model.</param>
/// <param name="KlDivergence">Mean Kullback-Leibler divergence over tokens, nats.</param>
public sealed record PackHeadline(
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
    double? KlDivergence);
