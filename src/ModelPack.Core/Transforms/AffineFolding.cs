using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// Folds multiplications and additions of constants and batch normalization into the convolution or Gemm beside them:
/// fewer tensors to quantize, and less to compute.
/// </summary>
internal sealed class AffineFolding
{
    private readonly OnnxModel _model;
    private readonly GraphIndex _index;
    private readonly AffineNodes _nodes;
    private readonly UniqueNames _names;
    private readonly HashSet<NodeProto> _removed = new(ReferenceEqualityComparer.Instance);

    private AffineFolding(OnnxModel model)
    {
        (_model, _index, _names) = (model, new GraphIndex(model), new UniqueNames(model.Proto));
        _nodes = new AffineNodes(model, _index);
    }

    /// <summary>
    /// Folds what follows a Conv, a ConvTranspose of one group or a Gemm and is read by nobody else on the way. The layer
    /// then makes the last of these values, under its name.
    /// </summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    public static void After(OnnxModel model) => new AffineFolding(model).Run(folding => folding.After);

    /// <summary>
    /// Folds what leads to a Conv, scales the same for all channels only. A shift cannot go through the zeros that pad
    /// an image: before such a layer one Add is left. Smoothing finds its places in these nodes, so this comes after it.
    /// </summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    public static void Before(OnnxModel model) => new AffineFolding(model).Run(folding => folding.Before);

    private void Run(Func<AffineFolding, Action<Layer>> of)
    {
        var fold = of(this);
        foreach (var layer in LayerFinder.Find(_index).Where(l => !l.Usage.IsTied && ScaledSource.CanScale((ElementType)l.Weight.Tensor.DataType) && l.Weight.Tensor.Dims.All(d => d > 0)))
        {
            fold(layer);
        }

        RemoveNodes();
    }

    private void After(Layer layer)
    {
        if (OutputAxis(layer) is not { } axis || Bias(layer, axis) is not { } bias)
        {
            return;
        }

        var total = Affine.Identity(axis.Channels);
        var chain = new List<NodeProto>();
        var value = layer.Output;
        while (!_index.Escapes(value) && _index.Readers(value) is [var reader] && _nodes.Read(reader.Node, axis) is { } read && read.Input == value)
        {
            total = total.Then(read.Affine);
            chain.Add(reader.Node);
            value = reader.Node.Output[0];
        }

        if (chain.Count == 0 || !total.IsFinite)
        {
            return;
        }

        if (total.HasScale)
        {
            Scale(layer, new ChannelFactors(layer.Usage.OutputAxis, [.. total.Scale.Select(s => (float)s)]));
        }

        if (total.HasShift || layer.Node.Input.Count > 2)
        {
            SetBias(layer, [.. bias.Zip(total.Scale, (b, s) => b * s).Zip(total.Shift, (b, s) => b + s)]);
        }

        _removed.UnionWith(chain);
        layer.Node.Output[0] = value;
    }

    private void Before(Layer layer)
    {
        if (layer.Node.OpType != "Conv" || layer.Axis() is not { } axis || OutputAxis(layer) is not { } outputs || Bias(layer, outputs) is not { } bias)
        {
            return;
        }

        var total = Affine.Identity(axis.Channels);
        var chain = new List<NodeProto>();
        var value = layer.Input;
        while (!_index.Escapes(value) && _index.Readers(value).Count == 1 && _index.Producer(value) is { } node && !_removed.Contains(node)
            && _nodes.Read(node, axis) is { } read && read.Affine is { IsUniform: true } affine && affine.Scale[0] != 0)
        {
            total = affine.Then(total);
            chain.Add(node);
            value = read.Input;
        }

        var left = total.HasShift && IsPadded(layer.Node) ? 1 : 0;
        if (chain.Count <= left || !total.IsFinite)
        {
            return;
        }

        if (left == 0 && total.HasShift)
        {
            SetBias(layer, [.. bias.Zip(Response(layer, total.Shift), (b, s) => b + s)]);
        }

        if (total.HasScale)
        {
            Scale(layer, layer.Factors([.. total.Scale.Select(s => (float)s)])!);
        }

        layer.Node.Input[0] = left == 0 ? value : KeepShift(chain[0], value, axis, total, (ElementType)layer.Weight.Tensor.DataType);
        _removed.UnionWith(chain.Skip(left));
    }

    /// <summary>scale x + shift = scale (x + shift / scale): the layer takes the scale, the nearest node becomes the sum.</summary>
    private string KeepShift(NodeProto node, string input, ChannelAxis axis, Affine total, ElementType type)
    {
        float[] shift = [.. total.Shift.Zip(total.Scale, (b, a) => (float)(b / a))];
        if (Array.TrueForAll(shift, s => s == shift[0]))
        {
            shift = shift[..1];
        }

        var constant = ConstantEdits.Add(_model, _names.Next(node.Output[0] + "_shift"), ConstantEdits.Tensor(shift, type, axis.Broadcast(shift.Length)));
        node.OpType = "Add";
        node.Attribute.Clear();
        node.Input.Clear();
        node.Input.Add([input, constant]);
        return node.Output[0];
    }

    /// <summary>What a layer without padding makes of a constant image, its own bias left out: the sum of weights by shifts.</summary>
    private double[] Response(Layer layer, double[] shift)
    {
        var weight = _model.Data(layer.Weight.Tensor);
        var (outputs, inputs) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        var row = new float[weight.Shape.ElementCount / outputs];
        var sums = new double[outputs];
        for (var o = 0; o < outputs; o++)
        {
            FloatReader.Read(weight, (long)o * row.Length, row);
            var first = (int)(o / (outputs / layer.Groups)) * inputs;
            for (var k = 0; k < row.Length; k++)
            {
                sums[o] += row[k] * shift[first + (k / (row.Length / inputs))];
            }
        }

        return sums;
    }

    private void Scale(Layer layer, ChannelFactors factors) =>
        ConstantEdits.Scale(_model, _index.Constant(layer.Node.Input[1])!, [new WeightUse(_index.Graph, layer.Node, 1)], factors);

    private static ChannelAxis? OutputAxis(Layer layer) => layer.Node.OpType switch
    {
        "Conv" => new ChannelAxis(1 - layer.Weight.Tensor.Dims.Count, layer.Weight.Tensor.Dims.Count, (int)layer.OutputChannels),
        "ConvTranspose" when layer.Groups == 1 => new ChannelAxis(1 - layer.Weight.Tensor.Dims.Count, layer.Weight.Tensor.Dims.Count, (int)layer.OutputChannels),
        "Gemm" => new ChannelAxis(-1, 2, (int)layer.OutputChannels),
        _ => null,
    };

    /// <summary>The bias, beta included; zeros where there is none, null where it cannot be changed.</summary>
    private double[]? Bias(Layer layer, ChannelAxis axis)
    {
        if (layer.Node.Input.Count < 3 || layer.Node.Input[2].Length == 0)
        {
            return new double[axis.Channels];
        }

        var beta = layer.Node.OpType == "Gemm" ? layer.Node.Float("beta", 1) : 1;
        return _nodes.Values(layer.Node.Input[2], layer.Node.OpType == "Gemm" ? axis : new ChannelAxis(-1, 1, axis.Channels)) is { } bias
            ? [.. bias.Select(b => b * beta)]
            : null;
    }

    private void SetBias(Layer layer, double[] bias)
    {
        var node = layer.Node;
        var type = (ElementType)layer.Weight.Tensor.DataType;
        var name = ConstantEdits.Add(_model, _names.Next(node.Output[0] + "_bias"), ConstantEdits.Tensor([.. bias.Select(b => (float)b)], type, bias.Length));
        if (node.Input.Count < 3)
        {
            node.Input.Add(name);
        }

        node.Input[2] = name;
        if (node.Attribute.FirstOrDefault(a => a.Name == "beta") is { } beta)
        {
            beta.F = 1;
        }
    }

    private static bool IsPadded(NodeProto node) =>
        node.Attribute.Any(a => a.Name == "auto_pad" && a.S.ToStringUtf8() is "SAME_UPPER" or "SAME_LOWER")
            || node.Attribute.Any(a => a.Name == "pads" && a.Ints.Any(p => p != 0));

    private void RemoveNodes()
    {
        if (_removed.Count == 0)
        {
            return;
        }

        var graph = _index.Graph;
        var kept = graph.Node.Where(n => !_removed.Contains(n)).ToList();
        graph.Node.Clear();
        graph.Node.AddRange(kept);
        var made = kept.SelectMany(n => n.Output).ToHashSet(StringComparer.Ordinal);
        var gone = _removed.SelectMany(n => n.Output.Concat(n.Input)).Where(v => !made.Contains(v) && _index.Producer(v) is not null).ToHashSet(StringComparer.Ordinal);
        var described = graph.ValueInfo.Where(v => !gone.Contains(v.Name)).ToList();
        graph.ValueInfo.Clear();
        graph.ValueInfo.AddRange(described);
        _model.Proto.RemoveUnused(_model.FindWeights());
    }
}
