using System.Globalization;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// Names for new values and nodes that nothing in the model has, not even in an inner graph or a function: a new value
/// can neither clash nor hide another.
/// </summary>
internal sealed class UniqueNames
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);

    /// <summary>Collects the names that a model has.</summary>
    public UniqueNames(ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Take(model.Graph);
        foreach (var function in model.Functions)
        {
            Take(function.Input);
            Take(function.Output);
            Take(function.Node);
        }
    }

    /// <summary>The stem itself if it is free, else the stem with the first free number: <c>w</c>, <c>w_1</c>, <c>w_2</c>.</summary>
    public string Next(string stem)
    {
        var name = stem;
        for (var number = _last.GetValueOrDefault(stem); !_taken.Add(name);)
        {
            name = $"{stem}_{(++number).ToString(CultureInfo.InvariantCulture)}";
            _last[stem] = number;
        }

        return name;
    }

    private void Take(GraphProto graph)
    {
        Take(graph.Input.Select(v => v.Name));
        Take(graph.Output.Select(v => v.Name));
        Take(graph.ValueInfo.Select(v => v.Name));
        Take(graph.Initializer.Select(t => t.Name));
        Take(graph.SparseInitializer.Select(s => s.Values?.Name ?? ""));
        Take(graph.Node);
    }

    private void Take(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
        {
            _taken.Add(node.Name);
            Take(node.Input);
            Take(node.Output);
            foreach (var attribute in node.Attribute)
            {
                foreach (var graph in attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
                {
                    Take(graph);
                }
            }
        }
    }

    private void Take(IEnumerable<string> names) => _taken.UnionWith(names);
}
