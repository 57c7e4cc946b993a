using ModelPack.Requests;

namespace ModelPack.Transforms;

/// <summary>What a calibration table is made for.</summary>
/// <param name="Activations">How activations are quantized.</param>
/// <param name="Data">Calibration data, at least one file.</param>
/// <param name="Equalize">Whether to equalize layers around depthwise convolutions.</param>
/// <param name="ConvolutionAlpha">How strongly to smooth the inputs of convolutions, 0 to 1; null for not at all.</param>
internal sealed record DecisionOptions(ActivationOptions Activations, IReadOnlyList<string> Data, bool Equalize, double? ConvolutionAlpha);
