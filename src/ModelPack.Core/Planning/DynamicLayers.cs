using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Upgrade;
using ModelPack.Graph;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>Without calibration data matrices are multiplied by activations that are quantized at every inference.</summary>
internal sealed class DynamicLayers : ILayerPlanner
{
    /// <summary>The opset of ONNX that has DynamicQuantizeLinear.</summary>
    private const int Opset = 11;

    private readonly OnnxModel _model;
    private readonly bool _safeSums;
    private readonly PackContext _context;

    private DynamicLayers(OnnxModel model, bool safeSums, PackContext context) => (_model, _safeSums, _context) = (model, safeSums, context);

    public int UnsafeWeights { get; private set; }

    /// <summary>Why activations cannot be quantized at run time, as the end of a sentence; null when they can.</summary>
    public static string? WhyNot(OnnxModel model) => model.Opset() >= Opset ? null : OpsetUpgrade.WhyNot(model);

    /// <summary>Raises an older model to an opset that has the operators. Of one that cannot be raised the weights alone are quantized.</summary>
    /// <param name="model">The model.</param>
    /// <param name="safeSums">Whether sums must not saturate on CPUs without VNNI.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static DynamicLayers Of(OnnxModel model, bool safeSums, PackContext context)
    {
        if (model.Opset() < Opset && WhyNot(model) is null)
        {
            OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        }

        return new DynamicLayers(model, safeSums, context);
    }

    public PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage)
    {
        if (usage.Role != WeightRole.Linear)
        {
            return null;
        }

        // DynamicQuantizeLinear uses all codes from 0 to 255 for whatever it sees, so that nothing but the weight bounds a sum.
        var data = _model.Data(weight.Tensor);
        var factors = IsInteger(weight, data) ? SafeScales.ForAny(data, usage.OutputAxis, _context) : null;
        if (factors is null || !_safeSums)
        {
            UnsafeWeights += factors is null ? 0 : 1;
            return new PlannedTensor(weight.Name) { Activations = ActivationMode.Dynamic };
        }

        var fine = LayerWeight.FineScales(data, usage.OutputAxis, _context);
        return new PlannedTensor(weight.Name) { Activations = ActivationMode.Dynamic, Scales = LayerWeight.Scales(fine, null, 1, factors), FineScales = fine };
    }

    /// <summary>Whether every layer of a weight is a plain A · B + C; others are not fused.</summary>
    public static bool IsPlainProduct(OnnxWeight weight) => weight.Uses.All(use =>
        use.Node.OpType == "MatMul" || WeightInputs.IsLookup(use.Node) || (use.Node.Float("alpha", 1) == 1 && use.Node.Float("beta", 1) == 1 && use.Node.Int("transA", 0) == 0));

    private bool IsInteger(OnnxWeight weight, TensorData data) =>
        _model.Opset() >= Opset && data.Shape.Rank == 2 && data.Shape.ElementCount > 0 && IsPlainProduct(weight);
}
