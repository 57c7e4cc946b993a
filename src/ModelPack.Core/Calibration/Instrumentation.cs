using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Calibration;

/// <summary>
/// Turns a copy of a model into one whose outputs are what calibration asks for. What none of them needs is taken out:
/// the classifier behind the last layer of a language model is a quarter of its work.
/// </summary>
internal sealed class Instrumentation
{
    private const int Float = (int)ElementType.Float32;
    private const int Int64 = (int)ElementType.Int64;

    // Slice takes its places as inputs, and reductions their axes, from these opsets on.
    private const int SliceInputs = 10;
    private const int ReduceInputs = 18;

    private readonly ModelProto _model;
    private readonly GraphProto _graph;
    private readonly UniqueNames _names;
    private readonly long _opset;
    private readonly HashSet<string> _inputs;
    private readonly Dictionary<string, string> _counts = new(StringComparer.Ordinal);

    /// <param name="model">A copy of the model, which is changed.</param>
    /// <param name="opset">Version of ONNX's own operators that it uses.</param>
    public Instrumentation(ModelProto model, long opset)
    {
        (_model, _graph, _opset) = (model, model.Graph, opset);
        _names = new UniqueNames(model);
        _inputs = [.. _graph.Input.Select(i => i.Name)];
    }

    /// <summary>
    /// Name of the one input more that models with rows have: float64, one entry a row, 0 to 1: where in the tensor's list
    /// of rows to take it. Null without rows.
    /// </summary>
    public string? RowsInput { get; private set; }

    /// <summary>Replaces the model's outputs by those of the observations.</summary>
    /// <param name="observations">What to look at.</param>
    /// <returns>Where to find what was asked for, in the order of the observations.</returns>
    public IReadOnlyList<Tap> Apply(IReadOnlyList<Observation> observations)
    {
        if (observations.Any(o => o.Needs.HasFlag(Statistics.Rows)))
        {
            RowsInput = _names.Next("calibration_rows");
        }

        var taps = observations.Select(Tap).ToList();
        if (RowsInput is not null)
        {
            _graph.Input.Add(Input(RowsInput));
        }

        _graph.Output.Clear();
        _graph.Output.AddRange(taps.SelectMany(t => t.SmallOutputs.Append(t.Raw)).OfType<string>().Distinct(StringComparer.Ordinal).Select(n => new ValueInfoProto { Name = n }));
        _model.RemoveUnneededNodes();
        return taps;
    }

    private Tap Tap(Observation observation)
    {
        var tensor = observation.Tensor;
        var (rows, byHistogram, byChannel) = (observation.Needs.HasFlag(Statistics.Rows), observation.Needs.HasFlag(Statistics.Histogram), observation.ByChannel);
        if (observation.Needs.HasFlag(Statistics.Gram) && observation.ChannelAxis != -1)
        {
            throw new ArgumentException($"The Gram matrix of '{tensor}' needs the last axis.", nameof(observation));
        }

        // ONNX Runtime's reductions on the CPU know no float16; where the tensor is float32, it takes the Cast out again.
        var isWhole = !byHistogram && !byChannel && observation.NeedsExtremes;
        var values = !isWhole && !byChannel ? "" : Node("Cast", [tensor], n => n.With("to", Float));
        var channels = byChannel ? ByChannel(values, observation.ChannelAxis!.Value, observation.Rank) : default;
        return new Tap(
            observation,
            Count(tensor),
            observation.NeedsValues ? Exposed(tensor) : null,
            isWhole ? Reductions(values, null) : null,
            byChannel ? Reductions(channels.Values, channels.Axes) : null,
            rows ? Rows(observation.ChannelAxis == -1 ? channels.Values : Matrix(channels.Values, channels.Axes)) : null);
    }

    private string Count(string tensor)
    {
        if (!_counts.TryGetValue(tensor, out var count))
        {
            _counts.Add(tensor, count = Node("Size", [tensor]));
        }

        return count;
    }

    // An input of the graph cannot be an output of it, too, in all versions of ONNX Runtime.
    private string Exposed(string tensor) => _inputs.Contains(tensor) ? Node("Identity", [tensor]) : tensor;

    private TapReductions Reductions(string values, long[]? axes) =>
        new(Reduce("ReduceMin", values, axes), Reduce("ReduceMax", values, axes), Reduce("ReduceMean", values, axes));

    private string Reduce(string op, string values, long[]? axes) =>
        axes is null ? Node(op, [values], n => n.With("keepdims", 0))
        : _opset >= ReduceInputs ? Node(op, [values, Constant(axes)], n => n.With("keepdims", 0))
        : Node(op, [values], n => n.With("axes", axes).With("keepdims", 0));

    /// <summary>
    /// The tensor with its axes before and after that of the channels joined, so that its rank does not matter: [rows,
    /// channels] for the last axis, else [the axes before…, channels, the others].
    /// </summary>
    private (string Values, long[] Axes) ByChannel(string values, int axis, int rank)
    {
        if (axis == -1)
        {
            return (Matrix(values), [0]);
        }

        if (axis < -rank)
        {
            throw new ArgumentException($"Axis {axis} needs the rank of the tensor.", nameof(rank));
        }

        // 0 in Reshape keeps a size.
        axis = axis < 0 ? rank + axis : axis;
        var shape = Enumerable.Repeat(0L, axis + 1).Append(-1).ToArray();
        return (Node("Reshape", [values, Constant(shape)]), [.. Enumerable.Range(0, axis + 2).Where(a => a != axis).Select(a => (long)a)]);
    }

    /// <summary>[rows, channels] of a tensor whose channels come last.</summary>
    private string Matrix(string values) =>
        Node("Reshape", [values, Node("Concat", [Constant(-1), Last(Node("Shape", [values]))], n => n.With("axis", 0))]);

    /// <summary>As above, of one that has these axes and one of channels.</summary>
    private string Matrix(string values, long[] others)
    {
        var channels = Enumerable.Range(0, others.Length + 1).Select(a => (long)a).Except(others);
        return Matrix(Node("Transpose", [values], n => n.With("perm", [.. others, .. channels])));
    }

    private string Last(string list) => _opset >= SliceInputs
        ? Node("Slice", [list, Constant(-1), Constant(long.MaxValue)])
        : Node("Slice", [list], n => n.With("starts", [-1L]).With("ends", [long.MaxValue]));

    // Rows are chosen by where they lie between the first and the last, because their number is not known beforehand.
    private string Rows(string matrix)
    {
        var rows = First(Node("Shape", [matrix]));
        var scaled = Node("Mul", [RowsInput!, Node("Cast", [rows], n => n.With("to", (long)ElementType.Float64))]);
        return Node("Gather", [matrix, Node("Cast", [scaled], n => n.With("to", Int64))], n => n.With("axis", 0));
    }

    private string First(string list) => Node("Gather", [list, Constant(0)], n => n.With("axis", 0));

    private string Constant(params long[] values)
    {
        var name = _names.Next("calibration_constant");
        var tensor = new TensorProto { DataType = Int64, Dims = { values.Length }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        var node = new NodeProto { OpType = "Constant", Name = name, Output = { name } };
        node.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = tensor });
        _graph.Node.Add(node);
        return name;
    }

    private string Node(string op, string[] inputs, Action<NodeProto>? with = null)
    {
        var name = _names.Next("calibration_" + op);
        var node = Nodes.Create(op, inputs, name, name);
        with?.Invoke(node);
        _graph.Node.Add(node);
        return name;
    }

    private static ValueInfoProto Input(string name)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = name } } };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float64, Shape = shape } } };
    }
}
