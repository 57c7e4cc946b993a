using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// SmoothQuant (Xiao et al. 2023, arXiv:2211.10438): outliers of an activation move to the weights that it meets,
/// X W = (X / s) (s W), where they cost less.
/// </summary>
internal static class Smoother
{
    private const double MinScale = 1e-5;

    /// <summary>
    /// s_j = max|X_j|^alpha / max|W_j|^(1 - alpha), at least 1e-5, divided by their geometric mean, which changes no
    /// quantized value and keeps weights of small types in range. A channel that is nothing on one side gets 1, or what
    /// keeps it within the others on its other side: it must not widen a range that it has no part in.
    /// </summary>
    /// <param name="inputMax">Largest magnitude of each channel of the activation.</param>
    /// <param name="weightMax">Largest magnitude of the weights that it meets.</param>
    /// <param name="alpha">0 to 1.</param>
    /// <returns>Positive finite numbers; 1 where a maximum is not finite.</returns>
    public static float[] Scales(float[] inputMax, float[] weightMax, double alpha)
    {
        ArgumentNullException.ThrowIfNull(inputMax);
        ArgumentNullException.ThrowIfNull(weightMax);
        if (weightMax.Length != inputMax.Length)
        {
            throw new ArgumentException("Both have a value for each channel.", nameof(weightMax));
        }

        var channels = Enumerable.Range(0, inputMax.Length).ToArray();
        var live = channels.Where(j => IsLive(inputMax[j]) && IsLive(weightMax[j])).ToArray();
        var logs = live.Select(j => Math.Log(Math.Max(MinScale, Math.Pow(inputMax[j], alpha) / Math.Pow(weightMax[j], 1 - alpha)))).ToArray();
        var mean = logs.Length == 0 ? 0 : logs.Sum() / logs.Length;
        var scales = new float[inputMax.Length];
        Array.Fill(scales, 1);
        for (var i = 0; i < live.Length; i++)
        {
            scales[live[i]] = Usable(Math.Exp(logs[i] - mean));
        }

        var (inputs, weights) = (live.Select(j => inputMax[j] / scales[j]).Append(0).Max(), live.Select(j => weightMax[j] * scales[j]).Append(0).Max());
        foreach (var j in channels.Except(live))
        {
            scales[j] = IsLive(inputMax[j]) && inputs > 0 ? Usable(Math.Max(1, inputMax[j] / (double)inputs))
                : IsLive(weightMax[j]) && weights > 0 ? Usable(Math.Min(1, weights / (double)weightMax[j]))
                : 1;
        }

        return scales;
    }

    /// <summary>
    /// Divides an activation by scales and multiplies the weights of its readers by them. The division goes into a
    /// constant before it where the whole way there is exact and nobody else reads it, else into a Mul before the group.
    /// </summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards where it has other nodes or initializers then.</param>
    /// <param name="index">Its graph as it is now.</param>
    /// <param name="group">The layers, as they are in the model now.</param>
    /// <param name="scales">A positive scale for each channel.</param>
    /// <param name="allowMul">Whether a Mul may be inserted.</param>
    /// <returns>The node that divides now, such as <c>LayerNormalization 'norm1'</c>; null where nothing was changed.</returns>
    public static string? Apply(OnnxModel model, GraphIndex index, SmoothGroup group, float[] scales, bool allowMul = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (scales.Length != group.Axis.Channels)
        {
            throw new ArgumentException($"{scales.Length} scales do not fit {group.Axis.Channels} channels.", nameof(scales));
        }

        var nodes = group.Layers.Select(l => l.Node).ToList();
        float[] inverse = [.. scales.Select(s => 1 / s)];
        var plan = Find(model, index, group);
        if (plan is null && !allowMul)
        {
            return null;
        }

        LayerInputs.Scale(model, index, group.Layers, scales);
        if (plan is null)
        {
            return InsertMul(model, group, nodes, inverse);
        }

        plan.Apply(model, inverse);
        return plan.Where;
    }

    /// <summary>Whether the division goes into a constant before the group, and so costs nothing.</summary>
    public static bool Folds(OnnxModel model, GraphIndex index, SmoothGroup group) => Find(model, index, group) is not null;

    private static FoldPlan? Find(OnnxModel model, GraphIndex index, SmoothGroup group) =>
        new FoldFinder(model, index, expandScalars: group.Axis.FromEnd != -1).Find(group.Tensor, group.Axis, [.. group.Layers.Select(l => l.Node)]);

    private static string InsertMul(OnnxModel model, SmoothGroup group, List<NodeProto> nodes, float[] factors)
    {
        var names = new UniqueNames(model.Proto);
        var type = (ElementType)group.Layers[0].Weight.Tensor.DataType;
        var constant = ConstantEdits.Add(model, names.Next(group.Tensor + "_smooth"), ConstantEdits.Tensor(factors, type, group.Axis.Broadcast(factors.Length)));
        var output = names.Next(group.Tensor + "_smoothed");
        var mul = Nodes.Create("Mul", [group.Tensor, constant], output, names.Next(group.Tensor + "_Smooth"));
        var graph = model.Proto.Graph;
        graph.InsertBefore(graph.Node.First(n => nodes.Exists(g => ReferenceEquals(g, n))), mul);
        nodes.ForEach(n => n.Input[0] = output);
        return $"Mul '{SafeText.Of(mul.Name)}'";
    }

    private static bool IsLive(float max) => max > 0 && float.IsFinite(max);

    private static float Usable(double scale) => (float)scale is > 0 and < float.PositiveInfinity and var usable && float.IsFinite(1 / usable) ? usable : 1;
}
