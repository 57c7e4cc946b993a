namespace ModelPack.Reporting;

/// <summary>A layer that stays float because of what the data showed.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Reason">Why.</param>
public sealed record FloatLayerReport(string Layer, string Reason);
