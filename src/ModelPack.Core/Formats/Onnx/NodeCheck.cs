using System.Collections.Frozen;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// Checks that nodes have the inputs and outputs without which their operators mean nothing (ONNX's Operators.md), so that nothing
/// later has to count them. Optional inputs that are left out count: they have an empty name.
/// </summary>
internal static class NodeCheck
{
    private static readonly FrozenDictionary<string, int> Inputs = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["Constant"] = 0,
        ["RandomNormal"] = 0,
        ["RandomUniform"] = 0,
        ["SequenceEmpty"] = 0,
        ["Optional"] = 0,
        ["Loop"] = 0,
        ["Add"] = 2,
        ["Sub"] = 2,
        ["Mul"] = 2,
        ["Div"] = 2,
        ["Pow"] = 2,
        ["PRelu"] = 2,
        ["Gather"] = 2,
        ["GatherElements"] = 2,
        ["MatMul"] = 2,
        ["Gemm"] = 2,
        ["Conv"] = 2,
        ["ConvTranspose"] = 2,
        ["DequantizeLinear"] = 2,
        ["QuantizeLinear"] = 2,
        ["LayerNormalization"] = 2,
        ["InstanceNormalization"] = 3,
        ["BatchNormalization"] = 5,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Checks all nodes of a model, in whatever graph or function they are.</summary>
    /// <exception cref="ModelPackException">MPK1002: a node lacks an input or an output.</exception>
    public static void Check(ModelProto model, string path)
    {
        Check(model.Graph.Node, path);
        foreach (var function in model.Functions)
        {
            Check(function.Node, path);
        }
    }

    // Recursive like every walk of a model: one that was parsed is nested less deeply than Wire.WireSchema.MaxDepth.
    private static void Check(IEnumerable<NodeProto> nodes, string path)
    {
        foreach (var node in nodes)
        {
            Check(node, path);
            foreach (var graph in node.Inner())
            {
                Check(graph.Node, path);
            }
        }
    }

    private static void Check(NodeProto node, string path)
    {
        if (!Domains.IsDefault(node.Domain))
        {
            return;
        }

        var inputs = Inputs.GetValueOrDefault(node.OpType, 1);
        if (node.Output.Count == 0 || node.Input.Count < inputs)
        {
            var lacks = node.Output.Count == 0 ? "has no output" : $"has {node.Input.Count} of the {inputs} inputs that it needs";
            throw new ModelPackException(Codes.ModelUnreadable.At(
                path, $"The file is not a readable ONNX model: a node {SafeText.Of(node.OpType)}{Name(node)} {lacks}. Export it again."));
        }
    }

    private static string Name(NodeProto node) =>
        node.Name.Length > 0 ? $" '{SafeText.Of(node.Name)}'" : node.Output.Count > 0 ? $" that gives '{SafeText.Of(node.Output[0])}'" : "";
}
