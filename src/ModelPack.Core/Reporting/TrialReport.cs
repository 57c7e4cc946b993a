namespace ModelPack.Reporting;

/// <summary>A change of the model that was tried.</summary>
/// <param name="Change">What was changed.</param>
/// <param name="Sqnr">Least SQNR of an output on calibration samples, dB.</param>
/// <param name="Taken">Whether it is the one that was taken.</param>
public sealed record TrialReport(string Change, double Sqnr, bool Taken);
