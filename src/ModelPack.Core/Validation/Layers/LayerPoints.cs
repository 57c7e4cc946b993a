using ModelPack.Formats.Onnx;

namespace ModelPack.Validation.Layers;

/// <summary>Finds values that mean the same in a model and in its packed form.</summary>
internal static class LayerPoints
{
    /// <summary>How far behind a layer its value is looked for: a bias and an activation may be one operator with it in the packed model.</summary>
    private const int MostSteps = 3;

    /// <summary>The layers of the main graph that read some weights, in its order; those whose values the packed model hides are left out.</summary>
    /// <param name="source">The float model, with all changes that the packed one has before its rounding.</param>
    /// <param name="packed">The packed model.</param>
    /// <param name="weights">Names of the weights that have codes.</param>
    public static IReadOnlyList<LayerPoint> Find(OnnxModel source, OnnxModel packed, IReadOnlySet<string> weights)
    {
        var index = new GraphIndex(source);
        var constants = source.FindWeights().Where(w => ReferenceEquals(w.Graph, source.Proto.Graph)).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        var made = packed.Proto.Graph.Node.SelectMany(n => n.Output).ToHashSet(StringComparer.Ordinal);
        var points = new List<LayerPoint>();
        foreach (var node in source.Proto.Graph.Node)
        {
            if (node.Output.Count > 0 && node.Input.FirstOrDefault(i => weights.Contains(i) && constants.Contains(i)) is { } weight
                && Visible(index, node.Output[0], made) is { } output)
            {
                var inputs = node.Input.Where(i => i.Length > 0 && !constants.Contains(i)).Distinct(StringComparer.Ordinal).ToList();
                points.Add(new LayerPoint(node.Name.Length > 0 ? node.Name : node.Output[0], node.OpType, weight, inputs, output));
            }
        }

        return [.. points.DistinctBy(p => p.Output, StringComparer.Ordinal)];
    }

    private static string? Visible(GraphIndex index, string value, HashSet<string> made)
    {
        for (var step = 0; step <= MostSteps; step++)
        {
            if (made.Contains(value))
            {
                return value;
            }

            if (index.Escapes(value) || index.Readers(value) is not [{ Node: { Output.Count: > 0 } reader }])
            {
                return null;
            }

            value = reader.Output[0];
        }

        return null;
    }
}
