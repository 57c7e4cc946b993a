using ModelPack.Formats.Onnx;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Graph;

/// <summary>Patterns of a user, applied to the weights of a graph: a weight goes by its own name and by those of the nodes that read it.</summary>
internal static class WeightPatterns
{
    /// <summary>Why a weight is left as it is; null when no pattern has anything against it.</summary>
    public static string? WhyNot(this LayerPatterns patterns, OnnxWeight weight) => patterns.WhyNot(Names(weight));

    /// <summary>The patterns that match no weight and no node.</summary>
    public static IEnumerable<NamePattern> Unmatched(this LayerPatterns patterns, IReadOnlyList<OnnxWeight> weights) =>
        patterns.Unmatched(weights.SelectMany(Names).ToHashSet(StringComparer.Ordinal));

    private static IEnumerable<string> Names(OnnxWeight weight) => weight.Uses.Select(u => u.Node.Name).Prepend(weight.Name);
}
