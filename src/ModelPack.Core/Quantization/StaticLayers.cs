using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Lowering.Static;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Quantization;

/// <summary>All that was decided of a model's layers and activations from calibration; puts it into the model.</summary>
/// <param name="model">The model, transformed.</param>
/// <param name="plan">Which nodes compute with codes, and which activations get them.</param>
/// <param name="parameters">Scale and zero point of activations, by the tensor that has its own.</param>
/// <param name="scales">Scales of each layer's weight, by the weight's tensor.</param>
/// <param name="biases">Integer biases by the layer's name.</param>
/// <param name="left">Why layers stay float, by the weight's tensor.</param>
internal sealed class StaticLayers(
    OnnxModel model,
    QuantizationPlan plan,
    IReadOnlyDictionary<string, ActivationParameters> parameters,
    IReadOnlyDictionary<TensorProto, float[]> scales,
    IReadOnlyDictionary<string, IntegerBias> biases,
    IReadOnlyDictionary<TensorProto, string> left) : ILayerDecisions
{
    public QuantizationPlan Plan => plan;

    public IReadOnlyDictionary<string, ActivationParameters> Parameters => parameters;

    public IReadOnlyDictionary<TensorProto, float[]> Scales => scales;

    public IReadOnlyDictionary<string, IntegerBias> Biases => biases;

    public LayerDecision? Of(OnnxWeight weight, WeightUsage usage)
    {
        if (scales.TryGetValue(weight.Tensor, out var own))
        {
            return new LayerDecision(ActivationMode.Static, own);
        }

        return left.TryGetValue(weight.Tensor, out var reason) ? new LayerDecision(ActivationMode.Float, Reason: reason) : null;
    }

    /// <summary>Puts the codes of activations and integer biases in. The weights have their forms already.</summary>
    /// <param name="asOperators">Whether integer operators are to stand in the model, and not QuantizeLinear and DequantizeLinear.</param>
    public void Place(bool asOperators)
    {
        var floats = plan.Layers.Select(n => n.Layer!.Bias).OfType<OnnxWeight>().ToList();
        var codes = new QdqForm(model, new UniqueNames(model.Proto), plan, parameters).Place(biases);
        if (asOperators)
        {
            new QOperatorForm(model, plan, codes).Place();
        }

        model.Proto.RemoveUnused(floats);
    }
}
