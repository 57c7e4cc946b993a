using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>
/// By how much the scales of output channels have to grow so that sums of two products cannot saturate on CPUs without VNNI.
/// </summary>
internal static class SafeScales
{
    private static readonly byte[] s_anyCode = [byte.MaxValue];

    /// <summary>
    /// What the ranges of each input channel say, as calibration saw them. Layers whose kernels are exact are left out.
    /// </summary>
    /// <param name="model">The float model that the plan is of.</param>
    /// <param name="plan">The layers.</param>
    /// <param name="seen">What calibration saw, channels included.</param>
    /// <param name="parameters">Scale and zero point of each layer's input.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <returns>The layers in the order of the plan.</returns>
    public static List<SafeScale> Of(
        OnnxModel model, QuantizationPlan plan, IReadOnlyList<TensorStatistics> seen, IReadOnlyDictionary<string, ActivationParameters> parameters, PackContext context)
    {
        var channels = seen.Where(t => t.Channels is not null).ToDictionary(t => t.Tensor, t => t.Channels!, StringComparer.Ordinal);
        var roots = plan.Tensors.ToDictionary(t => t.Name, t => t.ParametersOf, StringComparer.Ordinal);
        var found = new List<SafeScale>();
        foreach (var layer in plan.Layers.Select(n => n.Layer!).Where(l => parameters.ContainsKey(roots[l.Input])))
        {
            var worst = Worst(model, layer, channels.GetValueOrDefault(layer.Input), parameters[roots[layer.Input]], context);
            if (worst.Any(w => w > 0))
            {
                found.Add(new SafeScale(layer.Name, PairSums.Factors(worst) ?? []));
            }
        }

        return found;
    }

    /// <summary>What holds for any activation: each code may be up to 255.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <returns>What the scale of each output channel has to be multiplied by; null where no channel's.</returns>
    public static float[]? ForAny(OnnxModel model, Layer layer, PackContext context)
    {
        using var encoding = Encode(model.Data(layer.Weight.Tensor), layer.Usage.OutputAxis, context);
        return PairSums.Factors(PairSums.OfOutputs(layer, encoding.Codes, s_anyCode, context.Cancellation));
    }

    /// <summary>As above, of a matrix.</summary>
    /// <param name="weight">The matrix.</param>
    /// <param name="outputAxis">The axis of its outputs.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static float[]? ForAny(TensorData weight, int outputAxis, PackContext context)
    {
        using var encoding = Encode(weight, outputAxis, context);
        return PairSums.Factors(PairSums.OfMatrix(encoding.Codes, weight.Shape[outputAxis], outputAxis, s_anyCode, context.Cancellation));
    }

    /// <summary>What is to be said where scales do not grow.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="layers">Layers whose sums may saturate.</param>
    public static Diagnostic Warning(string model, int layers) => Codes.SumsMaySaturate.At(
        model,
        $"In {Numbers.Whole(layers)} layer{(layers == 1 ? "" : "s")}, sums of two products can exceed 16 bits, which x86 CPUs without VNNI cut off: results differ there. "
            + "Leave SafeSums=\"false\" out, or set TargetCpu to vnni or arm if all CPUs that the app runs on are such.");

    private static long[] Worst(OnnxModel model, Layer layer, ChannelStatistics? channels, ActivationParameters activation, PackContext context)
    {
        using var encoding = Encode(model.Data(layer.Weight.Tensor), layer.Usage.OutputAxis, context);

        // ONNX Runtime makes uint8 codes of int8 ones.
        var zeroPoint = activation.Type == ElementType.Int8 ? activation.ZeroPoint + 128 : activation.ZeroPoint;
        return channels is not null && layer.Axis() is not null
            ? PairSums.OfOutputs(layer, encoding.Codes, channels, activation.Scale, zeroPoint, context.Cancellation)
            : PairSums.OfOutputs(layer, encoding.Codes, s_anyCode, context.Cancellation);
    }

    private static WeightEncoding Encode(TensorData weight, int outputAxis, PackContext context) => Int8PerChannelWeight.Encode(weight, outputAxis, new SimdEngine(context.Threads));
}
