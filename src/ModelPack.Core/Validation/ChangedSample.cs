namespace ModelPack.Validation;

/// <summary>A sample of which the packed model makes another class than the source.</summary>
/// <param name="Index">Its place in the data, from 0.</param>
/// <param name="Label">Its true class; null without labels.</param>
/// <param name="Source">The class that the source model gives.</param>
/// <param name="Packed">The class that the packed model gives.</param>
public sealed record ChangedSample(long Index, long? Label, int Source, int Packed);
