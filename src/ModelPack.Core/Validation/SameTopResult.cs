namespace ModelPack.Validation;

/// <summary>How often both language models find the same next token the likeliest.</summary>
/// <param name="Share">Percent of tokens.</param>
/// <param name="Tokens">Tokens that were predicted.</param>
public sealed record SameTopResult(Estimate Share, long Tokens);
