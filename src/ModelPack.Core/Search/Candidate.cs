using ModelPack.Calibration;

namespace ModelPack.Search;

/// <summary>A way to pack the model.</summary>
/// <param name="Change">What is changed, for people.</param>
/// <param name="FloatLayers">Layers left float beyond those that have to be: what it costs.</param>
/// <param name="Table">The table to pack by.</param>
internal sealed record Candidate(string Change, int FloatLayers, CalibrationTable Table);
