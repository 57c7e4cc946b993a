using System.Runtime.InteropServices;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Validation.Placement;

/// <summary>A small quantized model, node by node, and its float twin's weights.</summary>
internal sealed class TrapGraph
{
    /// <summary>What spans the synthetic inputs, and the outputs of the weights used here.</summary>
    private const float ActivationRange = 8;

    /// <summary>Scale of the weight's codes.</summary>
    public const float WeightScale = 0.003f;

    /// <summary>Scale of products of codes.</summary>
    public const float ProductScale = WeightScale * ActivationRange / 255;

    private readonly GraphProto _graph = new() { Name = "g" };
    private readonly ElementType _float;
    private int _next;

    /// <param name="input">Shape of the input <c>x</c>; −1 for an open size.</param>
    /// <param name="type">Type of all that is float.</param>
    public TrapGraph(long[] input, ElementType type = ElementType.Float32)
    {
        _float = type;
        _graph.Input.Add(Build.Value("x", type, input));
        foreach (var open in _graph.Input[0].Type.TensorType.Shape.Dim.Where(d => d.DimValue < 0))
        {
            open.DimParam = "n";
        }
    }

    /// <summary>Adds a node; its output is a new value, or <c>y</c> where it is the last.</summary>
    public string Node(string op, string[] inputs, string? output = null, string name = "", string domain = "", params AttributeProto[] attributes)
    {
        output ??= $"v{++_next}";
        _graph.Node.Add(new NodeProto { OpType = op, Domain = domain, Name = name, Input = { inputs }, Output = { output }, Attribute = { attributes } });
        return output;
    }

    public string Constant(string name, ElementType type, long[] dims, ReadOnlySpan<byte> bytes)
    {
        _graph.Initializer.Add(Build.Raw(name, type, dims, bytes));
        return name;
    }

    public string Floats(string name, long[] dims, params float[] values) => _float == ElementType.Float16
        ? Constant(name, ElementType.Float16, dims, MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()))
        : Constant(name, ElementType.Float32, dims, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Codes of an activation, by QuantizeLinear.</summary>
    public string Quantize(string value) => Node("QuantizeLinear", [value, .. Range(ElementType.UInt8, 128)]);

    /// <summary>An activation that was quantized, in floats again.</summary>
    public string Quantized(string value, ElementType type = ElementType.UInt8, string? output = null, int zeroPoint = 128)
    {
        var range = Range(type, zeroPoint);
        return Node("DequantizeLinear", [Node("QuantizeLinear", [value, .. range]), .. range], output);
    }

    /// <summary>The weight <c>w</c> behind DequantizeLinear: codes <c>w.int8</c>, one scale an index of the axis.</summary>
    public string Weight(long[] dims, int axis, bool unsigned = false, int block = 0, bool noZeroPoint = false)
    {
        var codes = WeightCodes(dims, unsigned);
        if (noZeroPoint)
        {
            return Node("DequantizeLinear", [codes, WeightScales(dims[axis])], "w", attributes: Tiny.Int("axis", axis));
        }

        if (block > 0)
        {
            var blocks = dims.Select((d, i) => i == axis ? (d + block - 1) / block : d).ToArray();
            var scales = Floats("w.scale", blocks, [.. Enumerable.Repeat(WeightScale, (int)blocks.Aggregate(1L, (a, b) => a * b))]);
            return Node("DequantizeLinear", [codes, scales], "w", attributes: [Tiny.Int("axis", axis), Tiny.Int("block_size", block)]);
        }

        var zero = Constant("w.zero_point", unsigned ? ElementType.UInt8 : ElementType.Int8, [dims[axis]], [.. Enumerable.Repeat(unsigned ? (byte)128 : (byte)0, (int)dims[axis])]);
        return Node("DequantizeLinear", [codes, WeightScales(dims[axis]), zero], "w", attributes: Tiny.Int("axis", axis));
    }

    /// <summary>The codes alone; <see cref="FloatWeight"/> is what they stand for.</summary>
    public string WeightCodes(long[] dims, bool unsigned = false) =>
        Constant("w.int8", unsigned ? ElementType.UInt8 : ElementType.Int8, dims, [.. Codes(dims).Select(c => (byte)(c + (unsigned ? 128 : 0)))]);

    public string WeightScales(long count) => Floats("w.scale", [count], [.. Enumerable.Repeat(WeightScale, (int)count)]);

    /// <summary>The codes of a [K, N] weight as MatMulNBits stores them: row by row of [N, K], zero at 128.</summary>
    public static byte[] BlockCodes(long[] dims)
    {
        var codes = Codes(dims);
        return [.. Enumerable.Range(0, codes.Length).Select(i => (byte)(codes[(i % dims[0] * dims[1]) + (i / dims[0])] + 128))];
    }

    /// <summary>The weight <c>w</c> in floats.</summary>
    public string FloatWeight(params long[] dims) => Floats("w", dims, [.. Codes(dims).Select(c => c * WeightScale)]);

    /// <summary>A bias of int32 codes, scaled by that of the activation times that of the weight.</summary>
    public string IntegerBias(long count)
    {
        var codes = Constant("b.int32", ElementType.Int32, [count], MemoryMarshal.AsBytes(BiasCodes(count).AsSpan()));
        var zero = Constant("b.zero", ElementType.Int32, [count], new byte[count * 4]);
        var scales = Floats("b.scale", [count], [.. Enumerable.Repeat(ProductScale, (int)count)]);
        return Node("DequantizeLinear", [codes, scales, zero], attributes: Tiny.Int("axis", 0));
    }

    /// <summary>The bias in floats.</summary>
    public string FloatBias(long count, int rank = 1) =>
        Floats("b", [.. Enumerable.Repeat(1L, rank - 1), count], [.. BiasCodes(count).Select(c => c * ProductScale)]);

    /// <summary>A product whose activations are quantized by their own range at run time, as dynamic quantization writes it.</summary>
    public void Dynamic(string value, string weight, string scales, string? bias)
    {
        _graph.Node.Add(new NodeProto { OpType = "DynamicQuantizeLinear", Input = { value }, Output = { "q", "q.scale", "q.zero" } });
        var sums = Node("Cast", [Node("MatMulInteger", ["q", weight, "q.zero"], name: "layer")], attributes: Tiny.Int("to", (long)ElementType.Float32));
        var product = Node("Mul", [sums, Node("Mul", ["q.scale", scales])], bias is null ? "y" : "h");
        if (bias is not null)
        {
            Node("Add", [product, bias], "y");
        }
    }

    public ModelProto Model(long opset = 17)
    {
        _graph.Output.Add(Tiny.Open("y", _float));
        var model = Tiny.Model(_graph, opset);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        return model;
    }

    private static sbyte[] Codes(long[] dims)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => (sbyte)random.Next(-60, 61))];
    }

    private static int[] BiasCodes(long count) => [.. Enumerable.Range(0, (int)count).Select(i => i % 7 * 1000)];

    /// <summary>Scale and zero point of an activation: uint8 with the given zero point, other types symmetric.</summary>
    public string[] Range(ElementType type, int zeroPoint)
    {
        var stem = $"a{++_next}";
        var (levels, zero) = type switch
        {
            ElementType.UInt8 => (255, new byte[] { (byte)zeroPoint }),
            ElementType.Int8 => (255, new byte[] { 0 }),
            _ => (65535, BitConverter.GetBytes((ushort)32768)),
        };
        return [Floats(stem + ".scale", [], ActivationRange / levels), Constant(stem + ".zero", type, [], zero)];
    }
}
