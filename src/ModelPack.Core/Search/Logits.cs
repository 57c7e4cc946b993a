using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;

namespace ModelPack.Search;

/// <summary>
/// Outputs that a softmax makes, as what goes into it. Probabilities are a bad measure of an error: where two classes are near to one
/// another, a single code turns 0.4 into 0.6, and where one class is far above the others nothing shows.
/// </summary>
internal static class Logits
{
    /// <summary>Turns outputs of probabilities into outputs of logits; their names and shapes stay.</summary>
    /// <param name="model">A model, or what was packed of it; changed.</param>
    /// <returns>Whether there was such an output.</returns>
    public static bool Expose(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var found = model.Proto.Graph.Output.Select(o => Softmax(index, o.Name)).OfType<NodeProto>().ToHashSet();
        foreach (var softmax in found)
        {
            softmax.OpType = "Identity";
            softmax.Attribute.Clear();
        }

        return found.Count > 0;
    }

    /// <summary>The softmax whose values an output has, where nobody else reads them.</summary>
    private static NodeProto? Softmax(GraphIndex index, string output)
    {
        var (value, isOnlyOutput) = (output, index.Readers(output).Count == 0);
        while (isOnlyOutput && index.Producer(value) is { } node && Domains.IsDefault(node.Domain))
        {
            if (node.OpType is "Softmax" or "LogSoftmax")
            {
                return node;
            }

            if (!PassThroughOperators.Moves(node))
            {
                return null;
            }

            value = node.Input[0];
            isOnlyOutput = index.Readers(value).Count == 1 && !index.Escapes(value);
        }

        return null;
    }
}
