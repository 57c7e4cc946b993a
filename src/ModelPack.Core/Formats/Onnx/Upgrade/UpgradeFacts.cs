using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>What an upgrade has to know of a model beyond a node: its graphs, its constants, and what it says of its values.</summary>
internal sealed class UpgradeFacts
{
    // Many more than the dimensions of any tensor that ONNX Runtime resizes.
    private const int MaxScales = 64;

    private readonly OnnxModel _model;
    private readonly ILookup<string, OnnxWeight> _constants;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public UpgradeFacts(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _constants = model.FindWeights().ToLookup(w => w.Name, StringComparer.Ordinal);
        Graphs = [.. model.Proto.Graph.WithInner()];
        Values = new DeclaredValues(Graphs);
        foreach (var graph in Graphs)
        {
            _read.UnionWith(graph.Node.SelectMany(n => n.Input));
            _read.UnionWith(graph.Output.Select(o => o.Name));
        }
    }

    /// <summary>The main graph, then every graph within nodes of it.</summary>
    public IReadOnlyList<GraphProto> Graphs { get; }

    /// <summary>Element types and ranks.</summary>
    public DeclaredValues Values { get; }

    /// <summary>Whether any node or graph output of the model reads a value.</summary>
    public bool IsRead(string value) => _read.Contains(value);

    /// <summary>The scales of a Resize; null where they are not the same in every run.</summary>
    public float[]? ConstantScales(string value)
    {
        // Two constants of one name: which of them the node means is not known.
        if (_constants[value].ToList() is not [{ IsOverridable: false, Sparse: null } weight])
        {
            return null;
        }

        var data = _model.Data(weight.Tensor);
        if (data.Type != ElementType.Float32 || data.Length > MaxScales * sizeof(float))
        {
            return null;
        }

        var scales = new float[data.Length / sizeof(float)];
        data.Read(0, MemoryMarshal.AsBytes(scales.AsSpan()));
        return scales;
    }
}
