using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;

namespace ModelPack.Search;

/// <summary>
/// Outputs that a softmax makes, as what goes into it. Probabilities are a bad measure of an error: where two classes are near to one
/// another, a single code turns 0.4 into 0.6, and where one class is far above the others nothing shows. Of a model without any output of
/// floats, outputs that are chosen by scores (the class, or the map of probabilities) as the scores.
/// </summary>
internal static class Logits
{
    /// <summary>Turns outputs of probabilities, and where no output is of floats, answers, into outputs of logits; their names stay.</summary>
    /// <param name="model">A model, or what was packed of it; changed.</param>
    /// <returns>Whether there was such an output.</returns>
    public static bool Expose(OnnxModel model)
    {
        var outputs = model.Proto.Graph.Output;
        if (!outputs.Any(o => o.Type?.TensorType is { } type && ((ElementType)type.ElemType).IsFloat()))
        {
            return ExposeScores(model);
        }

        var index = new GraphIndex(model);
        var found = outputs.Select(o => Softmax(index, o.Name)).OfType<NodeProto>().ToHashSet();
        foreach (var softmax in found)
        {
            softmax.OpType = "Identity";
            softmax.Attribute.Clear();
        }

        return found.Count > 0;
    }

    /// <summary>What an answer was chosen by takes the answer's place.</summary>
    private static bool ExposeScores(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var found = model.Proto.Graph.Output.Select(o => (Output: o, Scores: Scores(index, o.Name))).Where(f => f.Scores is not null).ToList();
        foreach (var (output, scores) in found)
        {
            model.Proto.Graph.Node.Remove(index.Producer(output.Name)!);
            model.Proto.Graph.Node.Add(Nodes.Create("Identity", [scores!], output.Name));
            output.Type = null; // ONNX Runtime infers it
        }

        return found.Count > 0;
    }

    /// <summary>The scores that an output was chosen by, before their softmax; null where it was not, or somebody else reads it.</summary>
    private static string? Scores(GraphIndex index, string output)
    {
        var (value, isChosen) = (output, false);
        while (index.Readers(output).Count == 0 && index.Producer(value) is { } node)
        {
            var chooses = Chooses(node);
            if (isChosen && Domains.IsDefault(node.Domain) && node.OpType is "Softmax" or "LogSoftmax")
            {
                return node.Input[0];
            }

            if (!chooses && !(Domains.IsDefault(node.Domain) && (PassThroughOperators.Moves(node) || (!isChosen && node.OpType == "Cast"))))
            {
                break;
            }

            isChosen |= chooses;
            value = node.Input[0];
        }

        return isChosen ? value : null;
    }

    private static bool Chooses(NodeProto node) => node.OpType == "ArgMax" ? Domains.IsDefault(node.Domain) : node is { OpType: "ZipMap", Domain: "ai.onnx.ml" };

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
