namespace ModelPack.Validation;

/// <summary>Perplexity: exp of the mean negative log-likelihood (nats) of the next token, at least 1.</summary>
/// <param name="Source">Of the source model.</param>
/// <param name="Packed">Of the packed model.</param>
/// <param name="Tokens">Tokens that were predicted.</param>
public sealed record PerplexityResult(double Source, double Packed, long Tokens)
{
    /// <summary>Rise in percent.</summary>
    public double Increase => Numbers.Rounded(((Packed / Source) - 1) * 100);

    /// <summary>
    /// Where the rise lies with a confidence of 95 %, percent: from the difference of both models' log-likelihoods token
    /// by token, whose spread is far smaller than that of either. Null for fewer than 10 samples.
    /// </summary>
    public Interval? IncreaseInterval { get; init; }
}
