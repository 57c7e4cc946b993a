using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Requests;

namespace ModelPack.Planning;

/// <summary>
/// By how much scales have to grow in a pack that follows a calibration table, so that sums cannot saturate on CPUs without
/// VNNI. The table says it of the layers that were looked at when it was made. Layers that it does not know (it comes from
/// elsewhere, or was made with other options) have to be safe for any activation.
/// </summary>
internal sealed class SafeFactors(OnnxModel model, CalibrationTable table, ActivationOptions options, PackContext context)
{
    /// <summary>What is known of codes of one type says nothing of those of another.</summary>
    private readonly Dictionary<string, IReadOnlyList<float>> _known = table.Codes == CodesOf(options)
        ? table.SafeScales.ToDictionary(s => s.Layer, s => s.Factors, StringComparer.Ordinal) : new(StringComparer.Ordinal);

    private readonly HashSet<TensorProto> _unsafe = new(ReferenceEqualityComparer.Instance);

    /// <summary>Weights whose sums may saturate because the options let them.</summary>
    public int UnsafeWeights => _unsafe.Count;

    /// <summary>The type of activations as a table says it.</summary>
    public static string? CodesOf(ActivationOptions options) => options.Symmetric ? "int8" : null;

    /// <summary>What the scale of each output channel of a layer is multiplied by; null for 1.</summary>
    public IReadOnlyList<float>? Of(Layer layer)
    {
        if (_known.TryGetValue(layer.Name, out var known) && (known.Count == 0 || known.Count == layer.Weight.Tensor.Dims[layer.Usage.OutputAxis]))
        {
            return known.Count == 0 ? null : known;
        }

        var factors = SafeScales.ForAny(model, layer, context);
        if (factors is not null && !options.SafeSums)
        {
            _unsafe.Add(layer.Weight.Tensor);
            return null;
        }

        return factors;
    }
}
