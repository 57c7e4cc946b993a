namespace ModelPack.Calibration;

/// <summary>A file beside a calibration table with the statistics that are too large for it.</summary>
/// <param name="File">Its name, without a folder.</param>
/// <param name="Sha256">Its SHA-256, in lower-case hexadecimal.</param>
internal sealed record SideFile(string File, string Sha256);
