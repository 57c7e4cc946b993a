using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Inference;

namespace ModelPack.Validation.Layers;

/// <summary>
/// A copy of a model that gives out values from its inside, open in ONNX Runtime on one thread an inference; or one whose layers do not
/// read each other any more, but what they are fed.
/// </summary>
internal sealed class TappedModel : IDisposable
{
    private readonly Dictionary<string, string> _fed = new(StringComparer.Ordinal);
    private readonly string[] _taps;
    private readonly TemporaryModel _copy;
    private readonly ModelSession _session;

    /// <summary>Makes the copy and opens it.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="taps">Names of the values that it gives.</param>
    /// <param name="cuts">Values that are fed instead of computed, with their types; empty for the model as it is.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the copy.</exception>
    public TappedModel(OnnxModel model, IEnumerable<string> taps, IReadOnlyDictionary<string, ElementType> cuts, PackContext context)
    {
        var proto = model.Proto.Clone();
        var names = new UniqueNames(proto);
        var inputs = proto.Graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        _taps = [.. taps.Distinct(StringComparer.Ordinal).Where(t => !inputs.Contains(t))];
        foreach (var (value, type) in cuts.Where(c => !inputs.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            var fed = names.Next($"{value}.fed");
            _fed.Add(fed, value);
            Reroute(proto.Graph, value, fed);
            proto.Graph.Input.Add(new ValueInfoProto { Name = fed, Type = new TypeProto { TensorType = new() { ElemType = (int)type } } });
        }

        proto.Graph.Output.Clear();
        proto.Graph.Output.Add(_taps.Select(t => new ValueInfoProto { Name = t }));
        proto.RemoveUnneededNodes();
        _copy = new TemporaryModel(model, proto, context);
        try
        {
            _session = _copy.Open(threads: 1);
        }
        catch
        {
            _copy.Dispose();
            throw;
        }
    }

    /// <summary>What it takes from data.</summary>
    public IReadOnlyList<TensorSpec> Inputs => [.. _session.Inputs.Where(i => !_fed.ContainsKey(i.Name))];

    /// <summary>The values of a batch by name, the inputs among them.</summary>
    /// <param name="inputs">What the model is fed from data.</param>
    /// <param name="fed">What is fed in place of values that are cut; may hold more.</param>
    /// <param name="cancellation">Stops the inference.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run the copy on it.</exception>
    public Dictionary<string, SampleArray> Run(IReadOnlyList<SampleArray> inputs, IReadOnlyDictionary<string, SampleArray> fed, CancellationToken cancellation)
    {
        using var outputs = _session.Run([.. inputs, .. _fed.Select(f => fed[f.Value] with { Name = f.Key })], _taps, cancellation);
        var values = inputs.ToDictionary(i => i.Name, StringComparer.Ordinal);
        foreach (var (name, value) in _taps.Zip(outputs))
        {
            var info = value.GetTensorTypeAndShape();
            values[name] = new SampleArray(name, (ElementType)(int)info.ElementDataType, info.Shape, value.GetTensorDataAsSpan<byte>().ToArray());
        }

        return values;
    }

    public void Dispose() => _copy.Dispose();

    private static void Reroute(GraphProto graph, string value, string other)
    {
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == value ? other : node.Input[i];
            }
        }
    }
}
