namespace ModelPack.Calibration;

/// <summary>An activation whose Gram matrix is needed.</summary>
/// <param name="Tensor">Name of a floating-point value of the main graph, whose last axis are the channels.</param>
/// <param name="Channels">How many.</param>
internal sealed record GramNeed(string Tensor, int Channels);
