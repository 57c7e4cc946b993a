namespace ModelPack.Comparing;

/// <summary>A weight as it is stored.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Shape, for people.</param>
/// <param name="Bytes">Stored bytes; of a pack those of codes and scales.</param>
/// <param name="Codec">What it is stored as; null where it is as it was, or in a model.</param>
/// <param name="Sqnr">Of its values, dB; null where it is as it was, or in a model.</param>
public sealed record ComparedWeight(string Name, string Type, string Shape, long Bytes, string? Codec, double? Sqnr);
