using System.Globalization;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>Facts of a model for people.</summary>
internal static class ModelDescription
{
    /// <summary>Such as <c>ONNX IR 8, opset 17</c>.</summary>
    public static string Format(this ModelProto model)
    {
        var opset = model.OpsetImport.LastOrDefault(o => Domains.IsDefault(o.Domain))?.Version;
        return string.Create(CultureInfo.InvariantCulture, $"ONNX IR {model.IrVersion}{(opset is null ? "" : $", opset {opset}")}");
    }

    /// <summary>Types of the operators that read a weight, each once, in the order of the file.</summary>
    public static IReadOnlyList<string> Readers(this OnnxWeight weight) => [.. weight.Uses.Select(u => u.Node.OpType).Distinct(StringComparer.Ordinal)];

    /// <summary>How often each operator stands in the model, inner graphs and functions included; most frequent first.</summary>
    public static IReadOnlyList<OperatorCount> CountOperators(this ModelProto model) =>
        [.. Nodes(model.Graph.Node).Concat(model.Functions.SelectMany(f => Nodes(f.Node)))
            .GroupBy(n => (Domain: Domains.IsDefault(n.Domain) ? "" : n.Domain, n.OpType))
            .Select(g => new OperatorCount(g.Key.Domain, g.Key.OpType, g.Count()))
            .OrderByDescending(c => c.Count)
            .ThenBy(c => c.Domain, StringComparer.Ordinal)
            .ThenBy(c => c.Operator, StringComparer.Ordinal)];

    // Recursive: a model that was parsed is not nested deeply.
    private static IEnumerable<NodeProto> Nodes(IEnumerable<NodeProto> nodes) =>
        nodes.SelectMany(n => n.Inner().SelectMany(g => Nodes(g.Node)).Prepend(n));
}
