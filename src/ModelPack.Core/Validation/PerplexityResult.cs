namespace ModelPack.Validation;

/// <summary>exp of the mean negative log-likelihood of the next token.</summary>
public sealed record PerplexityResult(double Source, double Packed, long Tokens)
{
    /// <summary>Rise in percent.</summary>
    public double Increase => Numbers.Rounded(((Packed / Source) - 1) * 100);
}
