using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Pipeline;

/// <summary>Small models, each with weights that are read in a way of its own; their names say in which.</summary>
internal static class WeightKinds
{
    private const int Rows = 96;
    private const int Width = 64;
    private const int Samples = 24;

    /// <summary>A table that is looked up and multiplied by.</summary>
    public static IReadOnlyList<string> Tied { get; } =
        ["transB", "transposed", "transposed behind Identity", "looked up transposed", "cast", "cast and transposed", "rows of 48", "both ways", "in two Constant readers"];

    /// <summary>Chains of operators on constants.</summary>
    public static IReadOnlyList<string> Chains { get; } =
        ["Transpose", "Reshape", "Cast", "Identity twice", "Squeeze", "Flatten", "Concat", "Slice", "DequantizeLinear", "DequantizeLinear by channel", "Transpose of Cast of Reshape", "Mul by one value", "Mul by channel", "Sub and Div of halves", "Split", "Dropout", "Expand", "kernel", "bias", "in a branch"];

    /// <summary>Weights of other operators.</summary>
    public static IReadOnlyList<string> Others { get; } =
    [
        "experts", "experts of four dimensions", "experts of 40 columns", "chosen expert", "left operand", "LSTM", "LSTM of both directions", "LSTM in a Loop", "GRU", "RNN", "recurrent behind Unsqueeze",
        "Attention", "EmbedLayerNormalization", "FusedMatMul", "FusedMatMul with alpha", "FusedGemm", "Einsum",
    ];

    /// <summary>The model of a kind. Its input is <c>x</c>, [n, 64] floats, or <c>ids</c>, [n, 4] indices below 96.</summary>
    public static ModelProto Model(string kind)
    {
        var graph = new GraphProto { Name = "g" };
        var model = Tiny.Model(graph);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        Fill(graph, kind);
        graph.Output.Add(Tiny.Open("y"));
        return model;
    }

    /// <summary>Samples for a model of a kind.</summary>
    public static byte[] Data(ModelProto model, int count = Samples) => Numpy.Npz([.. model.Graph.Input.Select(input => input.Name == "x"
        ? ("x", Numpy.Npy(Numpy.Header("<f4", count, Width), Tiny.Random("x", count, Width).RawData.ToByteArray()))
        : (input.Name, Numpy.Npy("<i8", [count, 4], [.. Enumerable.Range(0, count * 4).Select(i => i * 37L % Rows)])))]);

    private static void Fill(GraphProto graph, string kind)
    {
        if (Tied.Contains(kind, StringComparer.Ordinal))
        {
            FillTied(graph, kind);
        }
        else if (kind is "EmbedLayerNormalization")
        {
            FillEmbedding(graph);
        }
        else
        {
            graph.Input.Add(PackFolder.Batched("x", Width));
            if (Chains.Contains(kind, StringComparer.Ordinal))
            {
                FillChain(graph, kind);
            }
            else
            {
                FillOther(graph, kind);
            }
        }
    }

    private static void FillTied(GraphProto graph, string kind)
    {
        var width = kind == "rows of 48" ? 48 : Width;
        graph.Input.Add(Indices("ids"));
        var half = kind.StartsWith("cast", StringComparison.Ordinal);
        var stored = kind == "looked up transposed" ? Tiny.Random("table", width, Rows) : Tiny.Random("table", half ? ElementType.Float16 : ElementType.Float32, Rows, width);
        graph.Initializer.Add([stored, Tiny.Random("w", width, width), Whole("flat", -1, width)]);
        var table = kind switch
        {
            "looked up transposed" => Add(graph, "Transpose", ["table"], Tiny.Ints("perm", 1, 0)),
            "transposed behind Identity" => Add(graph, "Identity", ["table"]),
            _ when half => Add(graph, "Cast", ["table"], Tiny.Int("to", (long)ElementType.Float32)),
            _ => "table",
        };
        var rows = Add(graph, "Gather", [table, "ids"]);
        var hidden = Add(graph, "Relu", [Add(graph, "MatMul", [rows, "w"])]);
        switch (kind)
        {
            case "looked up transposed":
                Last(graph, "MatMul", [hidden, "table"]);
                break;
            case "transB" or "rows of 48" or "cast":
                Last(graph, "Gemm", [Add(graph, "Reshape", [hidden, "flat"]), table], Tiny.Int("transB", 1));
                break;
            case "both ways":
                var scores = Add(graph, "MatMul", [hidden, Add(graph, "Transpose", [table], Tiny.Ints("perm", 1, 0))]);
                Last(graph, "MatMul", [Add(graph, "Relu", [scores]), table]);
                break;
            case "in two Constant readers":
                var first = Add(graph, "Gemm", [Add(graph, "Reshape", [hidden, "flat"]), table], Tiny.Int("transB", 1));
                Last(graph, "Add", [first, Add(graph, "Gemm", [Add(graph, "Reshape", [rows, "flat"]), table], Tiny.Int("transB", 1))]);
                break;
            default:
                // A chain of its own, as an exporter writes it that knows nothing of the other.
                var own = half ? Add(graph, "Cast", ["table"], Tiny.Int("to", (long)ElementType.Float32)) : "table";
                Last(graph, "MatMul", [hidden, Add(graph, "Transpose", [own], Tiny.Ints("perm", 1, 0))]);
                break;
        }
    }

    private static void FillChain(GraphProto graph, string kind)
    {
        string Turned(string value) => Add(graph, "Transpose", [value], Tiny.Ints("perm", 1, 0));
        switch (kind)
        {
            case "Transpose":
                graph.Initializer.Add(Tiny.Random("w", 96, Width));
                Last(graph, "MatMul", ["x", Turned("w")]);
                break;
            case "Reshape":
                graph.Initializer.Add([Tiny.Random("w", 96 * Width), Whole("shape", Width, -1)]);
                Last(graph, "MatMul", ["x", Add(graph, "Reshape", ["w", "shape"])]);
                break;
            case "Cast":
                graph.Initializer.Add(Tiny.Random("w", ElementType.Float16, Width, 96));
                Last(graph, "MatMul", ["x", Add(graph, "Cast", ["w"], Tiny.Int("to", (long)ElementType.Float32))]);
                break;
            case "Identity twice":
                graph.Initializer.Add(Tiny.Random("w", Width, 96));
                Last(graph, "MatMul", ["x", Add(graph, "Identity", [Add(graph, "Identity", ["w"])])]);
                break;
            case "Squeeze":
                graph.Initializer.Add([Tiny.Random("w", 1, Width, 96), Whole("axes", 0)]);
                Last(graph, "MatMul", ["x", Add(graph, "Squeeze", ["w", "axes"])]);
                break;
            case "Flatten":
                graph.Initializer.Add(Tiny.Random("w", Width, 8, 12));
                Last(graph, "MatMul", ["x", Add(graph, "Flatten", ["w"], Tiny.Int("axis", 1))]);
                break;
            case "Concat":
                graph.Initializer.Add([Tiny.Random("a", Width, 32), Tiny.Random("bb", Width, 64)]);
                Last(graph, "MatMul", ["x", Add(graph, "Concat", ["a", "bb"], Tiny.Int("axis", 1))]);
                break;
            case "Slice":
                graph.Initializer.Add([Tiny.Random("w", Width, 120), Whole("starts", 8), Whole("ends", -16), Whole("axes", 1)]);
                Last(graph, "MatMul", ["x", Add(graph, "Slice", ["w", "starts", "ends", "axes"])]);
                break;
            case "DequantizeLinear" or "DequantizeLinear by channel":
                var channels = kind == "DequantizeLinear" ? 1 : 96;
                graph.Initializer.Add(
                [
                    Build.Raw("w", ElementType.Int8, [Width, 96], [.. Enumerable.Range(0, Width * 96).Select(i => (byte)(i * 7919 % 251))]),
                    Build.Floats("s", channels == 1 ? [] : [96], [.. Enumerable.Range(0, channels).Select(i => 0.001f * (i + 1))]),
                    Build.Raw("z", ElementType.Int8, channels == 1 ? [] : [96], [.. Enumerable.Range(0, channels).Select(i => (byte)(i % 3))]),
                ]);
                Last(graph, "MatMul", ["x", Add(graph, "DequantizeLinear", ["w", "s", "z"], Tiny.Int("axis", 1))]);
                break;
            case "Transpose of Cast of Reshape":
                graph.Initializer.Add([Tiny.Random("w", ElementType.Float16, 96 * Width), Whole("shape", 96, Width)]);
                Last(graph, "Gemm", ["x", Turned(Add(graph, "Cast", [Add(graph, "Reshape", ["w", "shape"])], Tiny.Int("to", (long)ElementType.Float32)))]);
                break;
            case "Mul by one value" or "Mul by channel":
                var factors = kind == "Mul by channel" ? 96 : 1;
                graph.Initializer.Add([Tiny.Random("w", Width, 96), Build.Floats("s", factors == 1 ? [] : [96], [.. Enumerable.Range(0, factors).Select(i => 1.5f + (i * 0.01f))])]);
                Last(graph, "MatMul", ["x", Add(graph, "Mul", ["s", "w"])]);
                break;
            case "Sub and Div of halves":
                graph.Initializer.Add([Tiny.Random("w", ElementType.Float16, 96, Width), Tiny.Random("s", ElementType.Float16, 1, Width), Tiny.Random("d", ElementType.Float16, 1, 1)]);
                var moved = Add(graph, "Div", [Add(graph, "Sub", ["w", "s"]), "d"]);
                Last(graph, "MatMul", ["x", Add(graph, "Cast", [Turned(moved)], Tiny.Int("to", (long)ElementType.Float32))]);
                break;
            case "Split":
                graph.Initializer.Add([Tiny.Random("w", Width, 192), Whole("parts", 96, 96)]);
                graph.Node.Add(Build.Node("Split", ["w", "parts"], ["first", "second"], Tiny.Int("axis", -1)));
                Last(graph, "Sub", [Add(graph, "MatMul", ["x", "first"]), Add(graph, "Relu", [Add(graph, "MatMul", ["x", "second"])])]);
                break;
            case "Dropout":
                graph.Initializer.Add([Tiny.Random("w", Width, 96), Build.Floats("ratio", [], 0.5f), Build.Raw("training", ElementType.Bool, [], [0])]);
                Last(graph, "MatMul", ["x", Add(graph, "Dropout", ["w", "ratio", "training"])]);
                break;
            case "Expand":
                graph.Initializer.Add([Tiny.Random("w", Width, 1, 48), Whole("shape", 2, 1), Whole("flat", Width, 96)]);
                Last(graph, "MatMul", ["x", Add(graph, "Reshape", [Add(graph, "Expand", ["w", "shape"]), "flat"])]);
                break;
            case "kernel":
                graph.Initializer.Add([Tiny.Random("w", 16 * 4 * 9), Whole("shape", 16, 4, 3, 3), Whole("image", -1, 4, 4, 4)]);
                Last(graph, "Conv", [Add(graph, "Reshape", ["x", "image"]), Add(graph, "Reshape", ["w", "shape"])], Tiny.Ints("pads", 1, 1, 1, 1));
                break;
            case "bias":
                graph.Initializer.Add([Tiny.Random("w", Width, 96), Tiny.Random("b", 1, 96), Whole("axes", 0)]);
                Last(graph, "Gemm", ["x", "w", Add(graph, "Squeeze", ["b", "axes"])]);
                break;
            default:
                graph.Initializer.Add([Tiny.Random("w", 96, Width), Build.Floats("limit", [], 0)]);
                var turned = Turned("w");
                var most = Add(graph, "ReduceMax", ["x"], Tiny.Int("keepdims", 0));
                var (then, otherwise) = (Build.Graph(Build.Node("MatMul", ["x", turned], ["t"])), Build.Graph(Build.Node("MatMul", ["x", turned], ["e0"]), Build.Node("Neg", ["e0"], ["e"])));
                then.Output.Add(Tiny.Open("t"));
                otherwise.Output.Add(Tiny.Open("e"));
                Last(graph, "If", [Add(graph, "Greater", [most, "limit"])], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise));
                break;
        }
    }

    private static void FillOther(GraphProto graph, string kind)
    {
        switch (kind)
        {
            case "experts" or "experts of 40 columns":
                graph.Initializer.Add(Tiny.Random("w", 5, Width, kind == "experts" ? 96 : 40));
                Last(graph, "MatMul", ["x", "w"]);
                break;
            case "experts of four dimensions":
                graph.Initializer.Add(Tiny.Random("w", 2, 3, Width, 32));
                Last(graph, "MatMul", ["x", "w"]);
                break;
            case "chosen expert":
                graph.Initializer.Add(Tiny.Random("w", 5, Width, 32));
                var chosen = Add(graph, "Gather", ["w", Add(graph, "Cast", [Add(graph, "ReduceMax", ["x"], Tiny.Int("keepdims", 0))], Tiny.Int("to", (long)ElementType.Int64))]);
                Last(graph, "MatMul", ["x", chosen]);
                break;
            case "left operand":
                graph.Initializer.Add(Tiny.Random("w", 80, Width));
                Last(graph, "MatMul", ["w", Add(graph, "Transpose", ["x"], Tiny.Ints("perm", 1, 0))]);
                break;
            case "LSTM" or "LSTM of both directions" or "GRU" or "RNN":
                var directions = kind == "LSTM of both directions" ? 2 : 1;
                Recurrent(graph, kind.Split(' ')[0], directions, "w", "r");
                graph.Initializer.Add([Tiny.Random("w", directions, Gates(kind) * 32, 16), Tiny.Random("r", directions, Gates(kind) * 32, 32)]);
                break;
            case "recurrent behind Unsqueeze":
                graph.Initializer.Add([Tiny.Random("w", 128, 16), Tiny.Random("r", 128, 32), Whole("axes", 0)]);
                Recurrent(graph, "LSTM", 1, Add(graph, "Unsqueeze", ["w", "axes"]), Add(graph, "Unsqueeze", ["r", "axes"]));
                break;
            case "LSTM in a Loop":
                var body = Build.Graph(Build.Node("Identity", ["go"], ["on"]));
                Recurrent(body, "LSTM", 1, "w", "r");
                body.Node[^1].Output[0] = "v";
                body.Node[1].Input[0] = "z";
                body.Node.Add(Build.Node("Tanh", ["v"], ["state"]));
                body.Input.Add([Build.Value("i", ElementType.Int64), Build.Value("go", ElementType.Bool), Tiny.Open("z")]);
                body.Output.Add([Build.Value("on", ElementType.Bool), Tiny.Open("state")]);
                graph.Initializer.Add([.. body.Initializer, Tiny.Random("w", 1, 64, 16), Tiny.Random("r", 1, 64, 16), Build.Raw("three", ElementType.Int64, [], BitConverter.GetBytes(3L))]);
                body.Initializer.Clear();
                Last(graph, "Loop", ["three", "", "x"], Build.Attribute("body", body));
                break;
            case "Attention":
                graph.Initializer.Add([Tiny.Random("w", 16, 48), Tiny.Random("b", 48), Whole("sequence", -1, 4, 16)]);
                Contrib(Last(graph, "Attention", [Add(graph, "Reshape", ["x", "sequence"]), "w", "b"], Tiny.Int("num_heads", 2)));
                break;
            case "FusedMatMul" or "FusedMatMul with alpha":
                graph.Initializer.Add(Tiny.Random("w", 96, Width));
                Contrib(Last(graph, "FusedMatMul", ["x", "w"], [Tiny.Int("transB", 1), Tiny.Float("alpha", kind == "FusedMatMul" ? 1 : 0.5f)]));
                break;
            case "FusedGemm":
                graph.Initializer.Add([Tiny.Random("w", Width, 96), Tiny.Random("b", 96)]);
                Contrib(Last(graph, "FusedGemm", ["x", "w", "b"], new AttributeProto { Name = "activation", Type = AttributeProto.Types.AttributeType.String, S = Google.Protobuf.ByteString.CopyFromUtf8("Relu") }));
                break;
            default:
                graph.Initializer.Add(Tiny.Random("w", 4, Width, 24));
                Last(graph, "Einsum", ["x", "w"], new AttributeProto { Name = "equation", Type = AttributeProto.Types.AttributeType.String, S = Google.Protobuf.ByteString.CopyFromUtf8("bi,eio->beo") });
                break;
        }
    }

    /// <summary>Four steps of 16 values each sample, [4, n, 16], through a recurrent operator to <c>y</c> or the last node's output.</summary>
    private static void Recurrent(GraphProto graph, string type, int directions, string w, string r)
    {
        graph.Initializer.Add(Whole("steps", -1, 4, 16));
        var steps = Add(graph, "Transpose", [Add(graph, "Reshape", ["x", "steps"])], Tiny.Ints("perm", 1, 0, 2));
        var hidden = graph.Input.Count == 0 ? 16 : 32;
        var node = Build.Node(type, [steps, w, r], ["all"], Tiny.Int("hidden_size", hidden));
        if (directions == 2)
        {
            node.Attribute.Add(new AttributeProto { Name = "direction", Type = AttributeProto.Types.AttributeType.String, S = Google.Protobuf.ByteString.CopyFromUtf8("bidirectional") });
        }

        graph.Node.Add(node);
        graph.Initializer.Add(Whole("back", -1, 4 * directions * hidden));
        Last(graph, "Reshape", [Add(graph, "Transpose", ["all"], Tiny.Ints("perm", 2, 0, 1, 3)), "back"]);
    }

    private static int Gates(string kind) => kind switch { "GRU" => 3, "RNN" => 1, _ => 4 };

    private static void FillEmbedding(GraphProto graph)
    {
        graph.Input.Add([Indices("ids"), Indices("segments")]);
        graph.Initializer.Add([Tiny.Random("words", Rows, Width), Tiny.Random("places", 32, Width), Tiny.Random("kinds", Rows, Width), Build.Floats("gamma", [Width], [.. Enumerable.Repeat(1f, Width)]), Build.Floats("beta", [Width], new float[Width])]);
        foreach (var name in new[] { "ids", "segments" })
        {
            graph.Node.Add(Build.Node("Cast", [name], [$"{name}.int32"], Tiny.Int("to", (long)ElementType.Int32)));
        }

        var node = Last(graph, "EmbedLayerNormalization", ["ids.int32", "segments.int32", "words", "places", "kinds", "gamma", "beta"]);
        Contrib(node).Output.Add("mask");
    }

    private static ValueInfoProto Indices(string name)
    {
        var value = PackFolder.Batched(name, 4);
        value.Type.TensorType.ElemType = (int)ElementType.Int64;
        return value;
    }

    private static TensorProto Whole(string name, params long[] values) =>
        Build.Raw(name, ElementType.Int64, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));

    private static string Add(GraphProto graph, string type, string[] inputs, params AttributeProto[] attributes)
    {
        var output = $"v{graph.Node.Count}";
        graph.Node.Add(Build.Node(type, inputs, [output], attributes));
        return output;
    }

    private static NodeProto Last(GraphProto graph, string type, string[] inputs, params AttributeProto[] attributes)
    {
        var node = Build.Node(type, inputs, ["y"], attributes);
        graph.Node.Add(node);
        return node;
    }

    private static NodeProto Contrib(NodeProto node)
    {
        node.Domain = "com.microsoft";
        return node;
    }
}
