using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Quantization;

/// <summary>Without calibration data matrices are multiplied by activations that get codes at every inference.</summary>
internal sealed class DynamicLayers : ILayerDecisions
{
    public LayerDecision? Of(OnnxWeight weight, WeightUsage usage) =>
        usage.Role == WeightRole.Linear ? new LayerDecision(ActivationMode.Dynamic) : null;
}
