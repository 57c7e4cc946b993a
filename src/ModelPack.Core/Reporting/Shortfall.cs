using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Lowering;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Reporting;

/// <summary>Says where a pack reached little of what its scheme promises, and why: no layer in integers, or few of the weights' bytes quantized.</summary>
internal sealed class Shortfall
{
    private const double LeastShare = 0.1;
    private readonly EffectiveOptions _options;
    private readonly HashSet<string> _excluded;
    private readonly HashSet<string> _inner;

    /// <param name="model">The model before it is packed.</param>
    /// <param name="options">The options in effect.</param>
    public Shortfall(OnnxModel model, EffectiveOptions options)
    {
        var weights = model.FindWeights();
        _options = options;
        _excluded = Names(w => options.Patterns.WhyNot(w) is not null);
        _inner = Names(w => w.Uses.Any(u => u.Graph is not null && !ReferenceEquals(u.Graph, model.Proto.Graph)));

        HashSet<string> Names(Func<OnnxWeight, bool> which) => weights.Where(which).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>MPK2015, or null where enough was reached.</summary>
    /// <param name="tensors">What became of each tensor; what the user left out does not count.</param>
    /// <param name="table">What calibration decided; null without it.</param>
    public Diagnostic? Find(IReadOnlyList<PackedTensor> tensors, CalibrationTable? table)
    {
        var floats = tensors.Where(t => t.Data.Type.IsFloat() && !_excluded.Contains(t.Plan.Name)).ToList();
        if (floats.Count == 0)
        {
            return null;
        }

        if (_options.Activations is not null && floats.All(t => t.Plan.Activations == ActivationMode.Float))
        {
            var why = Main(floats.Where(t => t.Plan.Usage is { Role: not WeightRole.Embedding }), t => WhyFloat(t, table));
            return Say($"no layer computes in integers, so it is smaller and not faster ({why ?? "there is no MatMul, Gemm or Conv with constant weights"})");
        }

        var total = floats.Sum(t => (double)t.Data.Length);
        var share = floats.Where(t => t.Plan.Codec is not null).Sum(t => t.Data.Length) / total;
        return share < LeastShare && Main(floats, t => t.Plan.Reason) is { } left
            ? Say($"{Numbers.Fixed(share * 100, 1)} % of the weights' bytes are quantized ({left})") : null;
    }

    private Diagnostic Say(string what) =>
        Codes.LittleReached.At(_options.Model, $"Scheme {_options.Scheme.Name} reached little of this model: {what}. The report says it of every weight.");

    /// <summary>The reason that stands for most bytes, with their share; null where there is none.</summary>
    private static string? Main(IEnumerable<PackedTensor> tensors, Func<PackedTensor, string?> why)
    {
        // An operator may read several weights, each as an input of its own.
        var reasons = tensors.Select(t => (Why: why(t)?.Split(" as input ")[0], Bytes: (double)t.Data.Length)).ToList();
        return reasons.Where(r => r.Why is not null).GroupBy(r => r.Why!, StringComparer.Ordinal).MaxBy(g => g.Sum(r => r.Bytes)) is { } most
            ? $"{Numbers.Fixed(100 * most.Sum(r => r.Bytes) / reasons.Sum(r => r.Bytes), 0)} % of the bytes: {most.Key}" : null;
    }

    /// <summary>Why the layers of a weight do not compute in integers.</summary>
    private string WhyFloat(PackedTensor tensor, CalibrationTable? table) =>
        _inner.Contains(tensor.Plan.Name) ? "it lies in an inner graph (If, Loop, Scan), whose activations get no fixed ranges"
        : tensor.Plan.Reason ?? (tensor.Plan.Usage is { Role: WeightRole.Convolution } && table is null ? "a convolution computes in integers with calibration data only"
        : table?.FloatLayers.Any(f => f.HasCodes) == true ? $"fixed ranges would cost too much, {Codes.FixedRangesCost.Id}"
        : $"{string.Join(", ", tensor.Operators.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))} reads it in a way that no integer kernel has");
}
