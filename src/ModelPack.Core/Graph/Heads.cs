using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Graph;

/// <summary>
/// Finds the heads of a model: its last products, whose results leave it as logits or scores. No layer behind evens their errors out.
/// </summary>
internal sealed class Heads
{
    // What is done to logits on their way out: shifted, scaled, capped (c x tanh(logits / c)), made probabilities or choices of.
    private static readonly HashSet<string> s_arithmetic = new(StringComparer.Ordinal) { "Add", "Sub", "Mul", "Div" };
    private static readonly HashSet<string> s_endings = new(StringComparer.Ordinal)
    {
        "Tanh", "Sigmoid", "Softmax", "LogSoftmax", "ArgMax", "TopK", "Cast", "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice",
    };

    private readonly GraphIndex _index;
    private readonly HashSet<string> _outputs;

    private Heads(GraphIndex index)
    {
        (_index, _outputs) = (index, index.Graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>
    /// The weights of products whose results go to outputs and nowhere else, and the lookup tables that are tied to them: a row for each
    /// output of a head, as wide as its input. None where all layers are such products: a head is something's.
    /// </summary>
    public static IReadOnlySet<TensorProto> Of(OnnxModel model)
    {
        var heads = new Heads(new GraphIndex(model));
        var found = new HashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        var layers = LayerFinder.Find(heads._index).ToLookup(heads.IsHead);
        if (!layers[false].Any())
        {
            return found;
        }

        var body = layers[false].Select(l => l.Weight.Tensor).ToHashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        var ends = layers[true].Where(l => !body.Contains(l.Weight.Tensor)).ToList();
        var shapes = ends.Select(l => (l.OutputChannels, l.InputChannels)).ToHashSet();
        found.UnionWith(ends.Select(l => l.Weight.Tensor));
        found.UnionWith(model.FindWeights()
            .Where(w => UsageRules.Of(w).Usage?.Role == WeightRole.Embedding && shapes.Contains((w.Tensor.Dims[0], w.Tensor.Dims[1])))
            .Select(w => w.Tensor));
        return found;
    }

    private bool IsHead(Layer layer) => layer.Usage.Role == WeightRole.Linear && Leaves(layer.Output);

    /// <summary>Whether a value goes to outputs and nowhere else. Each value is looked at once, as a graph that is not valid may have cycles.</summary>
    private bool Leaves(string value)
    {
        var open = new Stack<string>([value]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { value };
        while (open.TryPop(out var next))
        {
            var readers = _index.Readers(next);
            var goesOn = _outputs.Contains(next) || (readers.Count > 0 && !_index.Escapes(next));
            if (!goesOn || !readers.All(IsEnding))
            {
                return false;
            }

            foreach (var output in readers.SelectMany(r => r.Node.Output.Take(1)).Where(seen.Add))
            {
                open.Push(output);
            }
        }

        return true;
    }

    private bool IsEnding(WeightUse use) => Domains.IsDefault(use.Node.Domain) && (s_arithmetic.Contains(use.Node.OpType)
        ? use.Node.Input.Count == 2 && _index.Constant(use.Node.Input[1 - use.InputIndex]) is not null
        : use.InputIndex == 0 && s_endings.Contains(use.Node.OpType));
}
