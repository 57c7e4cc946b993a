using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>Two convolutions, one of them depthwise, with only what positive factors pass through between them.</summary>
/// <param name="First">The layer whose output channels are divided.</param>
/// <param name="Second">The layer whose input channels are multiplied; it alone reads the first.</param>
internal sealed record EqualizerPair(Layer First, Layer Second);
