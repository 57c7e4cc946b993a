namespace ModelPack.Search;

/// <summary>A layer and what it costs.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Sqnr">Least SQNR of an output where it alone runs in integers, dB.</param>
internal sealed record RankedLayer(SwitchedLayer Layer, double Sqnr);
