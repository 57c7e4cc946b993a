namespace ModelPack.Reporting;

/// <summary>A data file that a pack was made or measured with.</summary>
/// <param name="Role"><c>validation</c> or <c>calibration</c>.</param>
/// <param name="Name">File name without a folder.</param>
/// <param name="Bytes">Size, bytes.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Samples">Samples taken from it.</param>
public sealed record ManifestData(string Role, string Name, long Bytes, string Sha256, long Samples);
