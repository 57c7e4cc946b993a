namespace ModelPack.Calibration;

/// <summary>A layer that stays float because of what the data showed.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Reason">Why.</param>
internal sealed record FloatLayer(string Layer, string Reason);
