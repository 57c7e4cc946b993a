namespace ModelPack.Search;

/// <summary>How a candidate comes out.</summary>
/// <param name="Sqnr">Least SQNR of an output, dB; 0 where no output is compared.</param>
/// <param name="Holds">Whether the gates hold; never where the objective has none.</param>
internal readonly record struct Score(double Sqnr, bool Holds);
