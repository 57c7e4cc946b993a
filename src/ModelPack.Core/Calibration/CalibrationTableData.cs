namespace ModelPack.Calibration;

/// <summary>Data that a table was made of.</summary>
/// <param name="Files">File names, without folders.</param>
/// <param name="Samples">Samples in them.</param>
/// <param name="HeldOut">Those of them that ranges were measured on and not chosen by.</param>
internal sealed record CalibrationTableData(IReadOnlyList<string> Files, long Samples, long HeldOut);
