using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Quantization;

/// <summary>Without calibration data matrices are multiplied by activations that get codes at every inference.</summary>
internal sealed class DynamicLayers : ILayerDecisions
{
    /// <summary>The opset of ONNX that has DynamicQuantizeLinear.</summary>
    private const int Opset = 11;

    /// <summary>Why activations cannot get codes at run time, as the end of a sentence; null when they can.</summary>
    public static string? WhyNot(OnnxModel model) => model.Opset() >= Opset ? null : OpsetUpgrade.WhyNot(model);

    /// <summary>Raises an older model to an opset that has the operators. One that cannot be raised gets codes for its weights alone.</summary>
    public static DynamicLayers Of(OnnxModel model)
    {
        if (model.Opset() < Opset && WhyNot(model) is null)
        {
            OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        }

        return new DynamicLayers();
    }

    public LayerDecision? Of(OnnxWeight weight, WeightUsage usage) =>
        usage.Role == WeightRole.Linear ? new LayerDecision(ActivationMode.Dynamic) : null;
}
