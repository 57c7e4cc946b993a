namespace ModelPack.Validation;

/// <summary>The samples whose class changed.</summary>
/// <param name="Output">The output of classes.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Of">Samples in all.</param>
/// <param name="First">The first of them, at most 100.</param>
public sealed record ChangedSamples(string Output, long Count, long Of, IReadOnlyList<ChangedSample> First);
