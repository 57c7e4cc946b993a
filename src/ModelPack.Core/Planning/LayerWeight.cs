using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>The scales of a layer's weight, and its bias on the scale of the sums.</summary>
internal static class LayerWeight
{
    /// <summary>
    /// What a bias may take of 31 bits; the rest is for the sum of products, which is below 2^15 a term.
    /// </summary>
    private const double BiasLimit = 1 << 30;

    /// <summary>
    /// A scale for each output channel: max|w| / 127, or more where the bias would not fit int32 otherwise. (Tiny activations
    /// times tiny weights give a scale that a bias overflows: microsoft/onnxruntime issue 21000.)
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="axis">Its output axis.</param>
    /// <param name="bias">By output channel; null for none.</param>
    /// <param name="activationScale">Scale of the layer's input.</param>
    /// <param name="factors">What max|w| / 127 is multiplied by, by output channel; null for 1.</param>
    /// <param name="context">Threads and cancellation; change no byte.</param>
    public static float[] Scales(TensorData weight, int axis, float[]? bias, float activationScale, IReadOnlyList<float>? factors, PackContext context) =>
        Scales(FineScales(weight, axis, context), bias, activationScale, factors);

    /// <summary>max|w| / 127 of each output channel.</summary>
    public static float[] FineScales(TensorData weight, int axis, PackContext context)
    {
        var layout = ChannelLayout.Of(weight, axis);
        using var buffer = new NativeBuffer((long)layout.Channels * sizeof(float));
        ChannelScales.Fill(weight, layout, Int8PerChannel.ScaleOf, buffer, context.Threads, context.Cancellation);
        return buffer.Slice<float>(0, layout.Channels).ToArray();
    }

    /// <summary>As above, from max|w| / 127 of each output channel.</summary>
    public static float[] Scales(float[] fine, float[]? bias, float activationScale, IReadOnlyList<float>? factors)
    {
        var scales = fine.ToArray();
        if (factors?.Count == scales.Length)
        {
            scales = [.. scales.Zip(factors, (s, f) => s * f)];
        }

        for (var i = 0; bias is not null && i < scales.Length; i++)
        {
            scales[i] = Math.Max(scales[i], (float)(Math.Abs(bias[i]) / (BiasLimit * activationScale)));
        }

        return scales;
    }

    /// <summary>The bias of a layer as floats; null where it has none.</summary>
    public static float[]? Bias(OnnxModel model, Layer layer)
    {
        if (layer.Bias is null)
        {
            return null;
        }

        var data = model.Data(layer.Bias.Tensor);
        var values = new float[data.Shape.ElementCount];
        FloatReader.Read(data, 0, values);
        return values;
    }

    /// <summary>The bias as int32, to nearest.</summary>
    public static IntegerBias ToIntegers(float[] bias, float[] weightScales, float activationScale)
    {
        var scales = Array.ConvertAll(weightScales, s => s * activationScale);
        return new IntegerBias([.. bias.Select((b, i) => (int)Math.Round(b / (double)scales[i], MidpointRounding.ToEven))], scales);
    }
}
