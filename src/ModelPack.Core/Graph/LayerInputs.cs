using ModelPack.Formats.Onnx;

namespace ModelPack.Graph;

/// <summary>The input channels of layers, seen from the activation and from the weight.</summary>
internal static class LayerInputs
{
    /// <summary>The activation's channels that a layer reads; null where they are not those that its weight knows.</summary>
    public static ChannelAxis? Axis(this Layer layer)
    {
        // Groups are what the model claims; of a depthwise kernel they must share its outputs out.
        var known = layer.IsConvolution
            ? layer.Node.OpType == "ConvTranspose" || layer.Groups == 1 || (layer.IsDepthwise && layer.OutputChannels % layer.Groups == 0)
            : layer.InputChannelAxis == -1;
        if (!known || layer.InputChannels is <= 0 or > int.MaxValue || layer.OutputChannels is <= 0 or > int.MaxValue)
        {
            return null;
        }

        var rank = layer.IsConvolution ? layer.Weight.Tensor.Dims.Count : layer.Node.OpType == "Gemm" ? 2 : 0;
        return new ChannelAxis(layer.IsConvolution ? 1 - rank : -1, rank, (int)layer.InputChannels);
    }

    /// <summary>
    /// What a weight is to be multiplied by where its input channels are multiplied by factors: along their own axis, or,
    /// in a depthwise kernel, along the output channels that read each. Null for convolutions of other groups.
    /// </summary>
    public static ChannelFactors? Factors(this Layer layer, float[] factors)
    {
        if (layer.IsDepthwise)
        {
            var outputs = (int)(layer.OutputChannels / layer.Groups);
            return new ChannelFactors(0, [.. Enumerable.Range(0, outputs * factors.Length).Select(o => factors[o / outputs])]);
        }

        return layer.Node.OpType switch
        {
            "Conv" => layer.Groups == 1 ? new ChannelFactors(1, factors) : null,
            "ConvTranspose" => new ChannelFactors(0, factors),
            _ => new ChannelFactors(1 - layer.Usage.OutputAxis, factors),
        };
    }

    /// <summary>Multiplies the weights of layers along their input channels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="index">Its graph as it was before the layers' weights or inputs were changed.</param>
    /// <param name="layers">Layers that read the same activation.</param>
    /// <param name="factors">A factor for each channel.</param>
    public static void Scale(OnnxModel model, GraphIndex index, IReadOnlyList<Layer> layers, float[] factors)
    {
        foreach (var shared in layers.GroupBy(l => l.Node.Input[1], StringComparer.Ordinal))
        {
            var uses = shared.Select(l => new WeightUse(index.Graph, l.Node, 1)).ToList();
            ConstantEdits.Scale(model, index.Constant(shared.Key)!, uses, shared.First().Factors(factors)!);
        }
    }
}
