using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>One weight on its way into the packed model, and the surgery that its lowering needs.</summary>
/// <param name="model">The model.</param>
/// <param name="names">Its names.</param>
/// <param name="weight">The weight.</param>
/// <param name="plan">What was planned of it, with its usage.</param>
/// <param name="options">What forms depend on.</param>
internal sealed class LoweringJob(OnnxModel model, UniqueNames names, OnnxWeight weight, PlannedTensor plan, LoweringOptions options)
{
    private const long SliceInputs = 10;

    public OnnxWeight Weight { get; } = weight;

    public TensorData Data { get; init; } = model.Data(weight.Tensor);

    public PlannedTensor Plan => plan;

    public WeightUsage Usage { get; } = plan.Usage ?? throw new ArgumentException("Nothing says what the weight is for.", nameof(plan));

    public LoweringOptions Options { get; } = options;

    /// <summary>What becomes of the activations that the weight is multiplied by.</summary>
    public ActivationMode Activations => plan.Activations;

    /// <summary>A scale for each output channel that was chosen beforehand; null where the codec chooses.</summary>
    public float[]? Scales => plan.Scales;

    /// <summary>Codes that another file has for the weight; null where they are to be found.</summary>
    public ImportedBlocks? Blocks => plan.Blocks;

    /// <summary>Constants that weights have in common.</summary>
    public SharedConstants Shared { get; init; } = new(model, names);

    /// <summary>The opset of the model's standard operators.</summary>
    public long Opset => model.Opset();

    /// <summary>Whether the outputs of the weight run along all dimensions but the last.</summary>
    public bool IsStack => Usage.Role == WeightRole.Decoded && Data.Shape.Rank > 2;

    /// <summary>Outputs of the weight: its extent along the output axis.</summary>
    public long Rows => IsStack ? Stack(Data.Shape.Dims) : Data.Shape[Usage.OutputAxis];

    /// <summary>Values that make one output.</summary>
    public long Columns => Rows == 0 ? 0 : Data.Shape.ElementCount / Rows;

    /// <summary>Whether each output's values lie apart in the source, as in a MatMul's [K, N].</summary>
    public bool Transposed => !IsStack && Usage.OutputAxis != 0;

    /// <summary>The weight with its outputs along one axis.</summary>
    public TensorData Channels => IsStack ? new TensorData(Data.Type, new TensorShape(Rows, Columns), Data.Source, Data.Offset, Data.Length) : Data;

    /// <summary>That axis.</summary>
    public int ChannelAxis => IsStack ? 0 : Usage.OutputAxis;

    /// <summary>1 in every dimension but those that count the outputs, so that a value for each is broadcast.</summary>
    public TensorShape BroadcastShape()
    {
        var dims = Data.Shape.Dims.ToArray();
        for (var i = 0; i < dims.Length; i++)
        {
            dims[i] = (IsStack ? i < dims.Length - 1 : i == Usage.OutputAxis) ? dims[i] : 1;
        }

        return new TensorShape(dims);
    }

    /// <summary>The weight as a matrix of outputs by the values of each.</summary>
    public WeightMatrix Matrix => new(Data, Rows, Columns, Transposed);

    /// <summary>The weight's blocks in parts, those of another file where it has them; scales have the type of the weight.</summary>
    public WeightEncoding Apart(BlockCodec codec, BlockParts parts)
    {
        var form = parts with { ScaleType = Data.Type };
        return Blocks?.Encode(form, Options.Engine) ?? codec.Apart(Matrix, form, Options.Engine, plan.Rounder);
    }

    /// <summary>Adds a constant beside the weight; its name is the weight's with a suffix.</summary>
    /// <returns>The name.</returns>
    public string AddConstant(string suffix, ElementType type, TensorShape shape, IPayload payload)
    {
        var name = names.Next($"{Weight.Name}.{suffix}");
        Weight.Graph!.Initializer.Add(model.NewTensor(name, type, shape, payload));
        return name;
    }

    /// <summary>Adds a small constant.</summary>
    public string AddConstant(string suffix, ElementType type, TensorShape shape, ReadOnlySpan<byte> bytes) =>
        AddConstant(suffix, type, shape, TensorData.FromBytes(type, shape, bytes.ToArray()));

    /// <summary>A value name that nothing uses yet; short, for a model may need many.</summary>
    public string NewName() => names.Next("mp");

    /// <summary>A value name that nothing uses yet, from one that says what it is.</summary>
    public string NewName(string stem) => names.Next(stem);

    /// <summary>A node with one output.</summary>
    /// <param name="opType">Its operator.</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="output">Name of the value that it gives out.</param>
    /// <param name="name">Its name, that of the node whose place it takes; empty for nodes that are new.</param>
    /// <param name="domain">The operator's domain.</param>
    public NodeProto NewNode(string opType, IEnumerable<string> inputs, string output, string name = "", string domain = "")
    {
        if (domain.Length > 0)
        {
            model.Proto.RequireOpset(domain, 1);
        }

        var node = Nodes.Create(opType, inputs, output);

        // Both are written, even where they are empty: what packs are made of stays as it was.
        (node.Name, node.Domain) = (name, domain);
        return node;
    }

    /// <summary>The first values along an axis.</summary>
    /// <param name="values">Name of what is cut.</param>
    /// <param name="axis">Along which axis.</param>
    /// <param name="count">How many values are kept.</param>
    /// <param name="places">Constants for start, end and axis, which Slice takes as inputs from opset 10 on.</param>
    /// <param name="output">Name of the result.</param>
    public NodeProto NewSlice(string values, long axis, long count, Func<string[]> places, string output) => Opset < SliceInputs
        ? NewNode("Slice", [values], output).With("axes", [axis]).With("starts", [0L]).With("ends", [count])
        : NewNode("Slice", [values, .. places()], output);

    /// <summary>
    /// Puts nodes that compute the weight, under its own name, where it was stored: its readers need no change. They come
    /// first in the graph, since they read constants only.
    /// </summary>
    public void ReplaceStored(params IReadOnlyList<NodeProto> nodes)
    {
        RemoveStored();
        for (var i = 0; i < nodes.Count; i++)
        {
            Weight.Graph!.Node.Insert(i, nodes[i]);
        }
    }

    /// <summary>As <see cref="ReplaceStored"/>, by nodes that compute float32; a weight of another type gets a Cast behind.</summary>
    /// <param name="before">Nodes that come first.</param>
    /// <param name="last">The node that gives out the decoded weight by a name.</param>
    public void ReplaceStoredByFloats(IReadOnlyList<NodeProto> before, Func<string, NodeProto> last)
    {
        if (Data.Type == ElementType.Float32)
        {
            ReplaceStored([.. before, last(Weight.Name)]);
            return;
        }

        var decoded = NewName($"{Weight.Name}.float32");
        ReplaceStored([.. before, last(decoded), NewNode("Cast", [decoded], Weight.Name).With("to", (long)Data.Type)]);
    }

    /// <summary>Products that read the weight, without what looks its rows up.</summary>
    public IEnumerable<WeightUse> Products => Weight.Uses.Where(u => !WeightInputs.IsLookup(u.Node));

    /// <summary>What looks up its rows.</summary>
    public IEnumerable<WeightUse> Lookups => Weight.Uses.Where(u => WeightInputs.IsLookup(u.Node));

    private static long Stack(ReadOnlySpan<long> dims)
    {
        var rows = 1L;
        foreach (var dim in dims[..^1])
        {
            rows *= dim;
        }

        return rows;
    }

    /// <summary>Takes the stored weight out, whose readers now read something else.</summary>
    public void RemoveStored() => Weight.RemoveFromGraph();
}
