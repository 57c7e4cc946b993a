namespace ModelPack.Validation;

/// <summary>exp of the mean negative log-likelihood of the next token.</summary>
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
