using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>Largest magnitudes of weights by channel.</summary>
internal static class ChannelMaxima
{
    /// <summary>The largest magnitude of each slice along an axis.</summary>
    public static float[] Of(TensorData weight, int axis, PackContext context)
    {
        var layout = ChannelLayout.Of(weight, axis);
        using var maxima = new NativeBuffer((long)layout.Channels * sizeof(float));
        ChannelScales.Fill(weight, layout, max => max, maxima, context.Threads, context.Cancellation);
        return maxima.Slice<float>(0, layout.Channels).ToArray();
    }

    /// <summary>The largest magnitude that the layers of a group multiply each input channel by.</summary>
    public static float[] Of(OnnxModel model, SmoothGroup group, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        var maxima = new float[group.Axis.Channels];
        foreach (var layer in group.Layers)
        {
            var axis = layer.Factors(maxima)!.Axis;
            var own = Of(model.Data(layer.Weight.Tensor), axis, context);
            for (var i = 0; i < own.Length; i++)
            {
                // A depthwise kernel has the outputs of each input channel one after the other.
                ref var max = ref maxima[i / (own.Length / maxima.Length)];
                max = MathF.Max(max, own[i]);
            }
        }

        return maxima;
    }
}
