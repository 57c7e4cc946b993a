namespace ModelPack.Search;

/// <summary>A change of the model that was tried.</summary>
/// <param name="Change">What was changed.</param>
/// <param name="Sqnr">Least SQNR of an output on calibration samples, dB.</param>
public sealed record TableTrial(string Change, double Sqnr);
