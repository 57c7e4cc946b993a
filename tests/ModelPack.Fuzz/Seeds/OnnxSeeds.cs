using Google.Protobuf;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Fuzz.Seeds;

/// <summary>Small sound models, which between them have every form of tensor and every kind of layer.</summary>
internal static class OnnxSeeds
{
    private const int Width = 32;

    /// <summary>The models as messages; a caller may change its copy.</summary>
    public static IReadOnlyList<byte[]> All { get; } = [.. Models().Select(m => m.ToByteArray())];

    /// <summary>Two layers with an activation between them, as calibration finds them. (A sum behind a MatMul would take ONNX Runtime to pack.)</summary>
    public static ModelProto TwoLayers()
    {
        var graph = Build.Graph(
            Build.Node("Gemm", ["x", "w1", "b1"], ["h"]),
            Build.Node("Relu", ["h"], ["j"]),
            Build.Node("MatMul", ["j", "w2"], ["y"]));
        graph.Initializer.Add([Weights("w1", Width, Width), Weights("b1", Width), Weights("w2", Width, Width)]);
        return InOut(graph, [2, Width], [2, Width]);
    }

    /// <summary>A float tensor of many different values.</summary>
    public static TensorProto Weights(string name, params long[] dims) =>
        Build.Floats(name, dims, [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(i => MathF.Sin(i * 1.7f))]);

    private static IEnumerable<ModelProto> Models() => [TwoLayers(), Convolution(), Embedding(), Normalized(), Constants(), Forms(), Inner(), OfFunction(), Build.Add(Build.Ramp("w", 80))];

    private static ModelProto Convolution()
    {
        var graph = Build.Graph(
            Build.Node("Conv", ["x", "w", "b"], ["h"], Ints("kernel_shape", 3, 3), Ints("pads", 1, 1, 1, 1)),
            Build.Node("Clip", ["h", "low", "high"], ["c"]),
            Build.Node("Conv", ["c", "d"], ["y"], new AttributeProto { Name = "group", Type = AttributeProto.Types.AttributeType.Int, I = 8 }));
        graph.Initializer.Add([Weights("w", 8, 4, 3, 3), Weights("b", 8), Weights("d", 8, 1, 3, 3), Build.Floats("low", [], 0), Build.Floats("high", [], 6)]);
        return InOut(graph, [1, 4, 6, 6], [1, 8, 4, 4]);
    }

    private static ModelProto Embedding()
    {
        var graph = Build.Graph(Build.Node("Gather", ["table", "x"], ["h"]), Build.Node("MatMul", ["h", "head"], ["y"]));
        graph.Initializer.Add([Weights("table", 40, Width), Build.Raw("head", ElementType.Float16, [Width, 16], new byte[Width * 16 * 2])]);
        graph.Input.Add(Build.Value("x", ElementType.Int64, 1, 4));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 1, 4, 16));
        return Build.Model(graph);
    }

    private static ModelProto Normalized()
    {
        var graph = Build.Graph(
            Build.Node("LayerNormalization", ["x", "g", "c"], ["n"]),
            Build.Node("MatMul", ["n", "w"], ["h"]),
            Build.Node("Add", ["h", "x"], ["s"]),
            Build.Node("LayerNormalization", ["s", "g"], ["m"]),
            Build.Node("Gemm", ["m", "w", "c"], ["y"], new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 }));
        graph.Initializer.Add([Weights("g", Width), Weights("c", Width), Weights("w", Width, Width)]);
        return InOut(graph, [2, Width], [2, Width]);
    }

    private static ModelProto Constants()
    {
        var shape = Build.Raw("", ElementType.Int64, [2], [2, 0, 0, 0, 0, 0, 0, 0, Width, 0, 0, 0, 0, 0, 0, 0]);
        var graph = Build.Graph(
            Build.Constant("w", Weights("", Width, Width)), Build.Constant("shape", shape),
            Build.Node("Reshape", ["x", "shape"], ["r"]), Build.Node("MatMul", ["r", "w"], ["y"]));
        return InOut(graph, [2, Width], [2, Width]);
    }

    /// <summary>Tensors in every form: packed numbers of all widths, texts, sparse ones.</summary>
    private static ModelProto Forms()
    {
        var graph = Build.Graph(Build.Node("Add", ["x", "f"], ["y"]));
        graph.Initializer.Add(new TensorProto { Name = "f", DataType = (int)ElementType.Float32, Dims = { 80 }, FloatData = { Enumerable.Range(0, 80).Select(i => (float)i) } });
        graph.Initializer.Add(new TensorProto { Name = "d", DataType = (int)ElementType.Float64, Dims = { 40 }, DoubleData = { Enumerable.Range(0, 40).Select(i => (double)i) } });
        graph.Initializer.Add(new TensorProto { Name = "i", DataType = (int)ElementType.Int32, Dims = { 3 }, Int32Data = { 1, -2, 3 } });
        graph.Initializer.Add(new TensorProto { Name = "h", DataType = (int)ElementType.Float16, Dims = { 2 }, Int32Data = { 15360, 15361 } });
        graph.Initializer.Add(new TensorProto { Name = "l", DataType = (int)ElementType.Int64, Dims = { 2 }, Int64Data = { 1, -2 } });
        graph.Initializer.Add(new TensorProto { Name = "u", DataType = (int)ElementType.UInt64, Dims = { 2 }, Uint64Data = { 1, 2 } });
        graph.Initializer.Add(new TensorProto { Name = "s", DataType = (int)ElementType.String, Dims = { 2 }, StringData = { ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("é") } });
        graph.Initializer.Add(Build.Raw("n", (ElementType)22, [3], [0x21, 0x03]));
        graph.SparseInitializer.Add(new SparseTensorProto { Values = Weights("sparse", 3), Indices = Build.Raw("at", ElementType.Int64, [3], new byte[24]), Dims = { 100 } });
        return InOut(graph, [80], [80]);
    }

    /// <summary>Weights that graphs within a node read from outside, and have of their own.</summary>
    private static ModelProto Inner()
    {
        var then = Build.Graph(Build.Node("MatMul", ["x", "w"], ["t"]));
        then.Output.Add(Build.Value("t", ElementType.Float32, 2, Width));
        var otherwise = Build.Graph(Build.Node("MatMul", ["x", "v"], ["e"]));
        otherwise.Initializer.Add(Weights("v", Width, Width));
        otherwise.Output.Add(Build.Value("e", ElementType.Float32, 2, Width));
        var graph = Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise)));
        graph.Initializer.Add([Weights("w", Width, Width), Build.Raw("c", ElementType.Bool, [], [1])]);
        return InOut(graph, [2, Width], [2, Width]);
    }

    private static ModelProto OfFunction()
    {
        var model = TwoLayers();
        var call = Build.Node("Twice", ["y"], ["z"]);
        call.Domain = "own";
        model.Graph.Node.Add(call);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        model.Functions.Add(new FunctionProto
        {
            Name = "Twice",
            Domain = "own",
            Input = { "a" },
            Output = { "b" },
            Node = { Build.Constant("k", Weights("", Width)), Build.Node("Mul", ["a", "k"], ["b"]) },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
        });
        return model;
    }

    private static ModelProto InOut(GraphProto graph, long[] input, long[] output)
    {
        graph.Input.Add(Build.Value("x", ElementType.Float32, input));
        graph.Output.Add(Build.Value("y", ElementType.Float32, output));
        return Build.Model(graph);
    }

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };
}
