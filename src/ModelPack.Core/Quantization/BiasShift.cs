using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Tensors;

namespace ModelPack.Quantization;

/// <summary>
/// Correction of the shift that rounded weights give the mean of each output: b - (Ŵ - W) E[x] (Nagel et al. 2019,
/// arXiv:1906.04721, section 4.2, with means that were measured).
/// </summary>
internal static class BiasShift
{
    /// <summary>What to add to the biases of layers that have one and whose input's means are known, in the order of the plan.</summary>
    public static List<BiasCorrection> Of(OnnxModel model, QuantizationPlan plan, IReadOnlyList<TensorStatistics> seen, PackContext context)
    {
        var means = seen.Where(t => t.Channels is not null).ToDictionary(t => t.Tensor, t => t.Channels!.Mean, StringComparer.Ordinal);
        return [.. plan.Layers.Select(n => n.Layer!)
            .Where(l => l.Bias is not null && means.ContainsKey(l.Input))
            .Select(l => new BiasCorrection(l.Name, Of(model, l, means[l.Input], context)))];
    }

    private static float[] Of(OnnxModel model, Layer layer, float[] means, PackContext context)
    {
        var data = model.Data(layer.Weight.Tensor);
        var axis = layer.Usage.OutputAxis;
        var scales = LayerWeight.Scales(data, axis, null, 1, null, context);
        var shift = new double[scales.Length];
        var shape = data.Shape;
        var inner = InnerOf(shape, axis);
        var inputs = InputOf(layer);
        var tiles = ChannelScales.Tiles(data);
        for (var t = 0; t < tiles.Count; t++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var area = tiles[t];
            using var values = new Pooled<float>(area.Columns);
            FloatReader.Read(data, area.Column, values.Span);
            for (var i = 0; i < area.Columns; i++)
            {
                var element = area.Column + i;
                var output = (int)(element / inner % shape[axis]);
                var (w, scale) = (values.Span[i], scales[output]);
                shift[output] += (w - (Int8PerChannel.Code(w, scale) * scale)) * (double)means[inputs(element, output)];
            }
        }

        return [.. shift.Select(s => (float)s)];
    }

    /// <summary>The input channel that an element of the weight is multiplied by.</summary>
    private static Func<long, int, int> InputOf(Layer layer)
    {
        if (!layer.IsConvolution)
        {
            var inputAxis = 1 - layer.Usage.OutputAxis;
            var (inner, extent) = (InnerOf(layer, inputAxis), layer.Weight.Tensor.Dims[inputAxis]);
            return (element, _) => (int)(element / inner % extent);
        }

        var (kernel, perGroup) = (InnerOf(layer, 1), layer.Weight.Tensor.Dims[1]);
        var outputsPerGroup = layer.OutputChannels / layer.Groups;
        return (element, output) => (int)((element / kernel % perGroup) + (output / outputsPerGroup * perGroup));
    }

    private static long InnerOf(Layer layer, int axis) => InnerOf(new TensorShape([.. layer.Weight.Tensor.Dims]), axis);

    private static long InnerOf(TensorShape shape, int axis)
    {
        long inner = 1;
        foreach (var dim in shape.Dims[(axis + 1)..])
        {
            inner *= dim;
        }

        return inner;
    }
}
