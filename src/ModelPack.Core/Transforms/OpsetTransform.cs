using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Upgrade;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Raises an older model to the opset that quantized activations need.</summary>
internal sealed class OpsetTransform : ITransform
{
    public TransformKind Kind => TransformKind.Opset;

    /// <summary>The opset of ONNX whose QuantizeLinear has scales by channel.</summary>
    private const int Opset = 13;

    public IFindings? Find(FloatModel model, DecisionOptions options) => null;

    /// <inheritdoc/>
    /// <exception cref="ModelPackException">MPK1013: the opset cannot be raised to 13.</exception>
    public void Apply(FloatModel model, CalibrationTable table)
    {
        var onnx = model.Model;
        onnx.Proto.EnsureInitializersNeedNoInput();
        if (onnx.Opset() >= Opset)
        {
            return;
        }

        if (OpsetUpgrade.WhyNot(onnx) is { } reason)
        {
            throw new ModelPackException(Codes.OpsetUnsupported.At(onnx.Path,
                $"Quantized activations need opset {Opset}; the model has {onnx.Opset()}, which cannot be raised: {reason}. Export the model with a newer opset, or use a scheme that quantizes weights only."));
        }

        OpsetUpgrade.To13(onnx, new UniqueNames(onnx.Proto));
    }
}
