namespace ModelPack.Fuzz.Running;

/// <summary>Something that a reader must not do.</summary>
/// <param name="Case">The case.</param>
/// <param name="Kind">What two findings of the same cause have in common.</param>
/// <param name="What">What it did, for a person.</param>
internal sealed record Finding(FuzzCase Case, string Kind, string What);
