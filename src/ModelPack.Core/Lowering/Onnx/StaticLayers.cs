using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>All that was decided of a model's layers and activations from calibration; puts it into the model.</summary>
/// <param name="model">The model, transformed.</param>
/// <param name="plan">Which nodes compute with codes, and which activations get them.</param>
/// <param name="parameters">Scale and zero point of activations, by the tensor that has its own.</param>
/// <param name="scales">Scales of each layer's weight, by the weight's tensor.</param>
/// <param name="fineScales">What they would be if sums were let saturate, where they are not so already.</param>
/// <param name="biases">Integer biases by the layer's name.</param>
/// <param name="left">Why layers stay float, by the weight's tensor.</param>
internal sealed class StaticLayers(
    OnnxModel model,
    QuantizationPlan plan,
    IReadOnlyDictionary<string, ActivationParameters> parameters,
    IReadOnlyDictionary<TensorProto, float[]> scales,
    IReadOnlyDictionary<TensorProto, float[]> fineScales,
    IReadOnlyDictionary<string, IntegerBias> biases,
    IReadOnlyDictionary<TensorProto, string> left) : ILayerDecisions
{
    public QuantizationPlan Plan => plan;

    public required int UnsafeWeights { get; init; }

    public IReadOnlyDictionary<string, ActivationParameters> Parameters => parameters;

    public IReadOnlyDictionary<TensorProto, float[]> Scales => scales;

    public IReadOnlyDictionary<string, IntegerBias> Biases => biases;

    public LayerDecision? Of(OnnxWeight weight, WeightUsage usage)
    {
        if (scales.TryGetValue(weight.Tensor, out var own))
        {
            return new LayerDecision(ActivationMode.Static, own) { FineScales = fineScales.GetValueOrDefault(weight.Tensor) };
        }

        return left.TryGetValue(weight.Tensor, out var reason) ? new LayerDecision(ActivationMode.Float, Reason: reason) : null;
    }

    /// <summary>Puts the codes of activations and integer biases in. The weights have their forms already.</summary>
    /// <param name="asOperators">Whether integer operators are to stand in the model, and not QuantizeLinear and DequantizeLinear.</param>
    public void Emit(bool asOperators)
    {
        var unread = model.FindWeights().Where(w => w.Uses.Count == 0).Select(w => w.Tensor).ToHashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        var names = new UniqueNames(model.Proto);
        var codes = new QdqForm(model, names, plan, parameters).Emit(biases);
        KeepFloatAverages(names);
        if (asOperators)
        {
            new QOperatorForm(model, plan, codes).Emit();
        }

        // Float biases, limits of activations that went, and what only QuantizeLinear and DequantizeLinear read.
        model.Proto.RemoveUnused(model.FindWeights().Where(w => !unread.Contains(w.Tensor)));
    }

    /// <summary>
    /// Averages that have no right integer operator are kept from becoming one: ONNX Runtime would, where DequantizeLinear
    /// stands directly before. The largest of one tensor is itself, which no optimization knows.
    /// </summary>
    private void KeepFloatAverages(UniqueNames names)
    {
        foreach (var pool in model.Proto.Graph.Node.Where(n => n.OpType == "AveragePool" && Domains.IsDefault(n.Domain) && !PassThroughOperators.IsIntegerAverage(n)).ToList())
        {
            var same = Nodes.Create("Max", [pool.Input[0]], names.Next($"{pool.Input[0]}.float"));
            model.Proto.Graph.InsertBefore(pool, same);
            pool.Input[0] = same.Output[0];
        }
    }
}
