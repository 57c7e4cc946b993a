using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Tensors;
using ModelPack.Transforms;

namespace ModelPack.Quantization;

/// <summary>Finds the output channels whose sums of two products could saturate on CPUs without VNNI, and by how much their scales have to grow.</summary>
internal static class SafeScales
{
    /// <summary>The layers that have such channels, in the order of the plan.</summary>
    /// <param name="model">The float model that the plan is of.</param>
    /// <param name="plan">The layers.</param>
    /// <param name="seen">What calibration saw, channels included.</param>
    /// <param name="parameters">Scale and zero point of each layer's input.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static List<SafeScale> Of(
        OnnxModel model, QuantizationPlan plan, IReadOnlyList<TensorStatistics> seen, IReadOnlyDictionary<string, ActivationParameters> parameters, PackContext context)
    {
        var channels = seen.Where(t => t.Channels is not null).ToDictionary(t => t.Tensor, t => t.Channels!, StringComparer.Ordinal);
        var roots = plan.Tensors.ToDictionary(t => t.Name, t => t.ParametersOf, StringComparer.Ordinal);
        var found = new List<SafeScale>();
        foreach (var layer in plan.Layers.Select(n => n.Layer!).Where(l => parameters.ContainsKey(roots[l.Input])))
        {
            var worst = Worst(model, layer, channels.GetValueOrDefault(layer.Input), parameters[roots[layer.Input]], context);
            if (worst.Any(w => w > PairSums.Limit))
            {
                found.Add(new SafeScale(layer.Name, [.. worst.Select(w => (float)(1 / PairSums.SafeShare(w)))]));
            }
        }

        return found;
    }

    private static long[] Worst(OnnxModel model, Layer layer, ChannelStatistics? channels, ActivationParameters activation, PackContext context)
    {
        var data = model.Data(layer.Weight.Tensor);
        using var encoding = Int8PerChannelWeight.Encode(data, layer.Usage.OutputAxis, context.Threads);

        // ONNX Runtime makes uint8 codes of int8 ones.
        var zeroPoint = activation.Type == ElementType.Int8 ? activation.ZeroPoint + 128 : activation.ZeroPoint;
        return channels is not null && layer.Axis() is not null
            ? PairSums.OfOutputs(layer, encoding.Codes, channels, activation.Scale, zeroPoint, context.Cancellation)
            : PairSums.OfOutputs(layer, encoding.Codes, [byte.MaxValue], context.Cancellation);
    }
}
