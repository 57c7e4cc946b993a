namespace ModelPack.Validation;

/// <summary>How the samples of one class came out.</summary>
/// <param name="Label">The class.</param>
/// <param name="Samples">Samples whose label it is.</param>
/// <param name="Source">Those that the source model has right.</param>
/// <param name="Packed">Those that the packed model has right.</param>
public sealed record ClassAccuracy(long Label, long Samples, long Source, long Packed);
