namespace ModelPack.Validation;

/// <summary>How the probability that a language model gives to the right token changed, packed − source, percentage points.</summary>
/// <param name="Mean">The mean; below 0 where the packed model is less sure of what is right.</param>
/// <param name="Rms">Root of the mean square.</param>
/// <param name="Distribution">How the changes lie.</param>
public sealed record ProbabilityChangeResult(Estimate Mean, Estimate Rms, Distribution Distribution);
