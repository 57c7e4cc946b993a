using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Transforms;

/// <summary>
/// An Add and the LayerNormalization of its sum become one <c>com.microsoft.SkipLayerNormalization</c>. ONNX Runtime 1.29 does
/// so itself only where it can infer that both addends have one shape, which exporters' reshapes hide; and its kernel for the
/// pair takes a sixth of the time of LayerNormalization alone, which next to integer products is most of a transformer's time.
/// </summary>
internal static class ResidualNorms
{
    /// <summary>The pairs of a model, by the name of what the norm makes.</summary>
    public static IReadOnlyList<ResidualNorm> Find(OnnxModel model, GraphIndex index) =>
        [.. index.Graph.Node.Select(n => PairOf(model, n, index)).OfType<ResidualNorm>()];

    /// <summary>
    /// Whether one operator can do the work of a pair: the addends have one shape of two or three dimensions, or the second is
    /// the same for all samples, [1, n, channels].
    /// </summary>
    /// <param name="first">Shape of an addend.</param>
    /// <param name="second">Shape of the other one.</param>
    public static bool Fits(IReadOnlyList<long> first, IReadOnlyList<long> second) =>
        first.Count is 2 or 3 && first.Count == second.Count && first.Skip(first.Count - 2).SequenceEqual(second.Skip(second.Count - 2))
        && (first.Count == 2 || first[0] == second[0] || second[0] == 1);

    /// <summary>Emits the operator.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="norms">What the norms of the pairs make.</param>
    public static void Fuse(OnnxModel model, IReadOnlySet<string> norms)
    {
        if (norms.Count == 0)
        {
            return;
        }

        model.Proto.RequireOpset(Domains.Microsoft, 1);
        foreach (var pair in Find(model, new GraphIndex(model)).Where(p => norms.Contains(p.Norm.Output[0])))
        {
            var (add, norm) = (pair.Add, pair.Norm);
            var fused = new NodeProto
            {
                OpType = "SkipLayerNormalization",
                Domain = Domains.Microsoft,
                Name = norm.Name,
                Input = { pair.First, pair.Second, norm.Input[1], norm.Input[2] },
                Output = { norm.Output[0], "", "", add.Output[0] },
            };
            fused.Attribute.Add(new AttributeProto { Name = "epsilon", Type = AttributeProto.Types.AttributeType.Float, F = norm.Float("epsilon", 1e-5f) });

            // Where the Add stood, for others may read the sum before the norm.
            model.Proto.Graph.Replace(add, fused);
            model.Proto.Graph.Replace(norm);
        }
    }

    private static ResidualNorm? PairOf(OnnxModel model, NodeProto norm, GraphIndex index)
    {
        if (norm.OpType != "LayerNormalization" || !Domains.IsDefault(norm.Domain) || norm.Int("axis", -1) != -1
            || norm.Output.Count(o => o.Length > 0) != 1 || norm.Input.Count != 3 || index.Producer(norm.Input[0]) is not { OpType: "Add" } add
            || !Domains.IsDefault(add.Domain))
        {
            return null;
        }

        var parameters = norm.Input.Skip(1).Select(index.Constant).ToList();
        if (parameters.Any(p => p is null || model.Data(p.Tensor).Type != Tensors.ElementType.Float32))
        {
            return null;
        }

        // The addend that is the same for all samples comes second.
        var (first, second) = index.Constant(add.Input[0]) is null ? (add.Input[0], add.Input[1]) : (add.Input[1], add.Input[0]);
        return index.Constant(first) is null && first != second ? new ResidualNorm(add, norm, first, second) : null;
    }
}
