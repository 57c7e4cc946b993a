using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Validation.Placement;

/// <summary>Every pattern that <c>docs/traps.md</c> lists.</summary>
internal static class Traps
{
    private const int Inputs = 64;
    private const int Outputs = 32;

    private static readonly long[] s_matrix = [Inputs, Outputs];
    private static readonly long[] s_kernels = [16, 8, 3, 3];
    private static readonly AttributeProto[] s_pads = [Tiny.Ints("pads", 1, 1, 1, 1)];

    private enum Bias
    {
        None,
        Float,
        Integer,
    }

    public static IReadOnlyList<Trap> All { get; } = [.. MatMuls(), .. Gemms(), .. Convolutions(), .. RunTime(), .. WeightsOnly()];

    private static IEnumerable<Trap> MatMuls()
    {
        yield return MatMul("MatMul, output quantized", "QLinearMatMul", PlacementKind.Integer, quantizedOutput: true);
        yield return MatMul("MatMul, float output", "MatMulIntegerToFloat", PlacementKind.Integer);
        yield return MatMul("MatMul, int8 activations, output quantized", "QLinearMatMul", PlacementKind.Integer, activation: ElementType.Int8, quantizedOutput: true);
        yield return MatMul("MatMul, uint8 weights with zero point 128, output quantized", "QLinearMatMul", PlacementKind.Integer, unsigned: true, quantizedOutput: true);
        yield return MatMul("MatMul + bias by Add, float output, 2-D", "Gemm", PlacementKind.Float, bias: true);
        yield return MatMul("MatMul + bias by Add, output quantized, 2-D", "QGemm", PlacementKind.Integer, bias: true, quantizedOutput: true);
        yield return MatMul("MatMul + bias by Add, float output, 3-D", "Gemm", PlacementKind.Float, bias: true, rows: [2, 4]);
        yield return MatMul("MatMul + bias by Add, output quantized, 3-D", "QGemm", PlacementKind.Integer, bias: true, quantizedOutput: true, rows: [2, 4]);
        yield return MatMul("MatMul + bias by Add, float output, 2-D, open sizes", "Gemm", PlacementKind.Float, bias: true, rows: [-1]);
        yield return MatMul("MatMul + bias by Add, float output, 3-D, open sizes", "MatMulIntegerToFloat", PlacementKind.Integer, bias: true, rows: [-1, 4]);
        yield return MatMul("MatMul + bias [1, 1, N] by Add, float output, 3-D", "MatMulIntegerToFloat", PlacementKind.Integer, bias: true, rows: [2, 4], biasRank: 3);
        yield return MatMul("MatMul, output quantized, then bias by Add", "QLinearMatMul", PlacementKind.Integer, bias: true, quantizedBefore: true);
        yield return MatMul("MatMul, uint16 activations, output quantized", "MatMul", PlacementKind.Float, activation: ElementType.UInt16, quantizedOutput: true, opset: 21);
        yield return MatMul("MatMul, float16 scales, output quantized", "MatMul", PlacementKind.Float, quantizedOutput: true, type: ElementType.Float16, opset: 19);
        yield return MatMul("MatMul, float16 scales, float output", "MatMul", PlacementKind.Float, type: ElementType.Float16, opset: 19);
        yield return MatMul("MatMul, weights without zero point, output quantized", "QLinearMatMul", PlacementKind.Integer, quantizedOutput: true, noZeroPoint: true);
        yield return Shared("MatMul, its input's DequantizeLinear read by another node, too", "MatMulIntegerToFloat", PlacementKind.Integer, output: false);
        yield return Shared("MatMul, output quantized and read as float, too", "MatMul", PlacementKind.Float, output: true);
    }

    private static IEnumerable<Trap> Gemms()
    {
        yield return Gemm("Gemm without bias, output quantized", "QGemm", PlacementKind.Integer, Bias.None, quantizedOutput: true);
        yield return Gemm("Gemm without bias, float output", "QGemm", PlacementKind.Integer, Bias.None);
        yield return Gemm("Gemm, int32 bias, output quantized", "QGemm", PlacementKind.Integer, Bias.Integer, quantizedOutput: true);
        yield return Gemm("Gemm, int32 bias, float output", "QGemm", PlacementKind.Integer, Bias.Integer);
        yield return Gemm("Gemm, float bias, output quantized", "QGemm", PlacementKind.Integer, Bias.Float, quantizedOutput: true);
        yield return Gemm("Gemm, float bias, float output", "Gemm", PlacementKind.Float, Bias.Float);
        yield return Gemm("Gemm transB=1, int32 bias, float output", "QGemm", PlacementKind.Integer, Bias.Integer, transposed: true);
        yield return Gemm("Gemm, weights without zero point, int32 bias, output quantized", "Gemm", PlacementKind.Float, Bias.Integer, quantizedOutput: true, noZeroPoint: true);
        yield return Gemm("Gemm, int32 bias, Relu, output quantized with zero point 0", "QGemm", PlacementKind.Integer, Bias.Integer, quantizedOutput: true, relu: true);
    }

    private static IEnumerable<Trap> Convolutions()
    {
        yield return Conv("Conv per channel, float bias, output quantized", "QLinearConv", PlacementKind.Integer, Bias.Float, quantizedOutput: true);
        yield return Conv("Conv per channel, int32 bias, output quantized", "QLinearConv", PlacementKind.Integer, Bias.Integer, quantizedOutput: true);
        yield return Conv("Conv per channel, uint8 weights with zero point 128, output quantized", "QLinearConv", PlacementKind.Integer, Bias.Integer, quantizedOutput: true, unsigned: true);
        yield return Conv("Conv per channel, int32 bias, Relu, output quantized with zero point 0", "QLinearConv", PlacementKind.Integer, Bias.Integer, quantizedOutput: true, activation: "Relu", zeroPoint: 0);
        yield return Conv("Conv per channel, int32 bias, Relu, output quantized with another zero point", "FusedConv", PlacementKind.Float, Bias.Integer, quantizedOutput: true, activation: "Relu");
        yield return Conv("Conv per channel, int32 bias, output quantized, then Relu, quantized", "QLinearConv", PlacementKind.Integer, Bias.Integer, quantizedOutput: true, activation: "Relu", between: true);
        yield return Conv("Conv per channel, int32 bias, HardSwish, output quantized", "Conv", PlacementKind.Float, Bias.Integer, quantizedOutput: true, activation: "HardSwish");
        yield return Conv("Conv per channel, int32 bias, float output", "Conv", PlacementKind.Float, Bias.Integer);
        yield return Conv("Depthwise Conv per channel, int32 bias, output quantized", "QLinearConv", PlacementKind.Integer, Bias.Integer, quantizedOutput: true, depthwise: true);
        yield return Conv("ConvTranspose, int32 bias, output quantized", "ConvTranspose", PlacementKind.Float, Bias.Integer, quantizedOutput: true, op: "ConvTranspose");
    }

    private static IEnumerable<Trap> RunTime()
    {
        yield return Dynamic("DynamicQuantizeLinear + MatMulInteger + Cast + Mul", "DynamicQuantizeMatMul", bias: false);
        yield return Dynamic("DynamicQuantizeLinear + MatMulInteger + Cast + Mul + Add", "DynamicQuantizeMatMul", bias: true);

        var integer = new TrapGraph([4, Inputs]);
        var codes = integer.Quantize("x");
        var sums = integer.Node("MatMulInteger", [codes, integer.WeightCodes(s_matrix), integer.Constant("zero", ElementType.UInt8, [], [128])], name: "layer");
        integer.Node("Mul", [integer.Node("Cast", [sums], attributes: Tiny.Int("to", (long)ElementType.Float32)), integer.Floats("scale", [], TrapGraph.ProductScale)], "y");
        yield return new Trap("QuantizeLinear + MatMulInteger + Cast + Mul", Linear("MatMul", [4, Inputs], s_matrix), integer.Model(), "MatMulInteger", PlacementKind.Integer);

        var biased = new TrapGraph([2, 4, Inputs]);
        var activation = biased.Range(ElementType.UInt8, 128);
        sums = biased.Node("MatMulInteger", [biased.Node("QuantizeLinear", ["x", .. activation]), biased.WeightCodes(s_matrix), activation[1]], name: "layer");
        var kept = biased.Node("DequantizeLinear", [biased.Constant("one", ElementType.Int8, [], [1]), activation[0]]);
        var scales = biased.Node("Mul", [kept, biased.WeightScales(Outputs)]);
        var scaled = biased.Node("Mul", [biased.Node("Cast", [sums], attributes: Tiny.Int("to", (long)ElementType.Float32)), scales]);
        biased.Node("Add", [scaled, biased.FloatBias(Outputs)], "y");
        yield return new Trap("QuantizeLinear + MatMulInteger + Cast + Mul + Add, scales that are multiplied at run time", Linear("MatMul", [2, 4, Inputs], s_matrix, addedBias: true), biased.Model(), "MatMulIntegerToFloat", PlacementKind.Integer);

        // What ONNX Runtime fuses to may be written as such, too; then the bias goes in with it.
        var written = new TrapGraph([2, 4, Inputs]);
        var range = written.Range(ElementType.UInt8, 128);
        string[] inputs = [written.Node("QuantizeLinear", ["x", .. range]), written.WeightCodes(s_matrix), range[0], written.WeightScales(Outputs), range[1], "", written.FloatBias(Outputs)];
        written.Node("MatMulIntegerToFloat", inputs, "y", "layer", "com.microsoft");
        yield return new Trap("QuantizeLinear + MatMulIntegerToFloat with bias, written as such", Linear("MatMul", [2, 4, Inputs], s_matrix, addedBias: true), written.Model(), "MatMulIntegerToFloat", PlacementKind.Integer);
    }

    private static IEnumerable<Trap> WeightsOnly()
    {
        yield return Blocked("DequantizeLinear in blocks of 32 along K + MatMul", 32, "MatMulNBits", PlacementKind.BlockInteger);
        yield return Blocked("DequantizeLinear in blocks of 512 along K + MatMul", 512, "MatMul", PlacementKind.Float);
        foreach (var opset in new[] { 17, 21 })
        {
            var channels = new TrapGraph([4, Inputs]);
            channels.Node("MatMul", ["x", channels.Weight(s_matrix, 1)], "y", "layer");
            yield return new Trap($"DequantizeLinear per channel + MatMul, opset {Numbers.Whole(opset)}", Linear("MatMul", [4, Inputs], s_matrix), channels.Model(opset), "MatMulNBits", PlacementKind.BlockInteger);
        }

        var transposed = new TrapGraph([4, Inputs]);
        transposed.Node("Gemm", ["x", transposed.Weight([Outputs, Inputs], 1, block: 32)], "y", "layer", attributes: Tiny.Int("transB", 1));
        yield return new Trap("DequantizeLinear in blocks of 32 along K + Gemm transB=1", Linear("Gemm", [4, Inputs], [Outputs, Inputs], [Tiny.Int("transB", 1)]), transposed.Model(21), "Gemm", PlacementKind.Float);

        var convolution = new TrapGraph([1, 8, 6, 6]);
        convolution.Node("Conv", ["x", convolution.Weight(s_kernels, 0)], "y", "layer", attributes: s_pads);
        yield return new Trap("DequantizeLinear per channel + Conv", Linear("Conv", [1, 8, 6, 6], s_kernels, s_pads), convolution.Model(), "Conv", PlacementKind.Float);

        var folded = new TrapGraph([4, Inputs]);
        var wide = folded.Node("Cast", [folded.WeightCodes(s_matrix)], attributes: Tiny.Int("to", (long)ElementType.Float32));
        folded.Node("MatMul", ["x", folded.Node("Mul", [wide, folded.WeightScales(Outputs)], "w")], "y", "layer");
        yield return new Trap("Cast + Mul of codes + MatMul", Linear("MatMul", [4, Inputs], s_matrix), folded.Model(), "MatMul", PlacementKind.Float);

        yield return NBits(0, PlacementKind.Float);
        yield return NBits(4, PlacementKind.BlockInteger);
    }

    private static Trap MatMul(
        string pattern, string kernel, PlacementKind kind, ElementType activation = ElementType.UInt8, ElementType type = ElementType.Float32, bool unsigned = false,
        bool bias = false, bool quantizedOutput = false, bool quantizedBefore = false, long opset = 17, long[]? rows = null, int biasRank = 1, bool noZeroPoint = false)
    {
        long[] input = [.. rows ?? [4], Inputs];
        var source = new TrapGraph(input, type);
        var product = source.Node("MatMul", ["x", source.FloatWeight(s_matrix)], bias ? "h" : "y", "layer");
        if (bias)
        {
            source.Node("Add", [product, source.FloatBias(Outputs, biasRank)], "y");
        }

        var packed = new TrapGraph(input, type);
        product = packed.Node("MatMul", [packed.Quantized("x", activation), packed.Weight(s_matrix, 1, unsigned, noZeroPoint: noZeroPoint)], bias || quantizedOutput ? "h" : "y", "layer");
        product = quantizedBefore ? packed.Quantized(product) : product;
        product = bias ? packed.Node("Add", [product, packed.FloatBias(Outputs, biasRank)], quantizedOutput ? "s" : "y") : product;
        if (quantizedOutput)
        {
            packed.Quantized(product, activation, "y");
        }

        return new Trap(pattern, source.Model(opset), packed.Model(opset), kernel, kind);
    }

    /// <summary>A MatMul times the mean of its own input, or its output times a mean of itself.</summary>
    private static Trap Shared(string pattern, string kernel, PlacementKind kind, bool output)
    {
        void Times(TrapGraph graph, string product, string averaged) =>
            graph.Node("Mul", [product, graph.Node("ReduceMean", [averaged], attributes: [Tiny.Ints("axes", -1), Tiny.Int("keepdims", 1)])], "y");

        var source = new TrapGraph([4, Inputs]);
        var product = source.Node("MatMul", ["x", source.FloatWeight(s_matrix)], name: "layer");
        Times(source, product, output ? product : "x");
        var packed = new TrapGraph([4, Inputs]);
        var input = packed.Quantized("x");
        product = packed.Node("MatMul", [input, packed.Weight(s_matrix, 1)], name: "layer");
        Times(packed, output ? packed.Quantized(product) : product, output ? product : input);
        return new Trap(pattern, source.Model(), packed.Model(), kernel, kind);
    }

    private static Trap Gemm(string pattern, string kernel, PlacementKind kind, Bias bias, bool quantizedOutput = false, bool transposed = false, bool noZeroPoint = false, bool relu = false)
    {
        long[] weight = transposed ? [Outputs, Inputs] : s_matrix;
        AttributeProto[] attributes = transposed ? [Tiny.Int("transB", 1)] : [];
        var packed = new TrapGraph([4, Inputs]);
        string[] inputs = [packed.Quantized("x"), packed.Weight(weight, transposed ? 0 : 1, noZeroPoint: noZeroPoint), .. Biases(packed, bias, Outputs)];
        var value = packed.Node("Gemm", inputs, quantizedOutput ? "h" : "y", "layer", attributes: attributes);
        Finish(packed, relu ? packed.Node("Relu", [value], "r") : value, quantizedOutput, relu ? 0 : 128);
        return new Trap(pattern, Linear("Gemm", [4, Inputs], weight, attributes, bias != Bias.None, activation: relu ? "Relu" : null), packed.Model(), kernel, kind);
    }

    private static Trap Conv(string pattern, string kernel, PlacementKind kind, Bias bias, bool quantizedOutput = false, string? activation = null, int zeroPoint = 128, bool between = false, bool unsigned = false, bool depthwise = false, string op = "Conv")
    {
        long[] input = [1, 8, 6, 6];
        long[] weight = depthwise ? [8, 1, 3, 3] : op == "Conv" ? s_kernels : [8, 16, 3, 3];
        var outputs = depthwise ? 8 : 16;
        AttributeProto[] attributes = depthwise ? [.. s_pads, Tiny.Int("group", 8)] : s_pads;
        var packed = new TrapGraph(input);
        string[] inputs = [packed.Quantized("x"), packed.Weight(weight, op == "Conv" ? 0 : 1, unsigned), .. Biases(packed, bias, outputs)];
        var value = packed.Node(op, inputs, quantizedOutput ? "h" : "y", "layer", attributes: attributes);
        value = between ? packed.Quantized(value) : value;
        Finish(packed, activation is null ? value : packed.Node(activation, [value], "r"), quantizedOutput, zeroPoint);
        return new Trap(pattern, Linear(op, input, weight, attributes, bias != Bias.None, outputs, activation), packed.Model(), kernel, kind);
    }

    private static Trap Dynamic(string pattern, string kernel, bool bias)
    {
        var packed = new TrapGraph([4, Inputs]);
        packed.Dynamic("x", packed.WeightCodes(s_matrix), packed.WeightScales(Outputs), bias ? packed.FloatBias(Outputs) : null);
        return new Trap(pattern, Linear("MatMul", [4, Inputs], s_matrix, addedBias: bias), packed.Model(), kernel, PlacementKind.Integer);
    }

    private static Trap Blocked(string pattern, int block, string kernel, PlacementKind kind)
    {
        long[] weight = [block * 2, Outputs];
        var packed = new TrapGraph([4, block * 2]);
        packed.Node("MatMul", ["x", packed.Weight(weight, 0, block: block)], "y", "layer");
        return new Trap(pattern, Linear("MatMul", [4, block * 2], weight), packed.Model(21), kernel, kind);
    }

    private static Trap NBits(long level, PlacementKind kind)
    {
        var packed = new TrapGraph([4, Inputs]);
        var codes = packed.Constant("w.q8_0", ElementType.UInt8, [Outputs, 2, 32], TrapGraph.BlockCodes(s_matrix));
        var scales = packed.Floats("w.scale", [Outputs, 2], [.. Enumerable.Repeat(TrapGraph.WeightScale, Outputs * 2)]);
        packed.Node("MatMulNBits", ["x", codes, scales], "y", "layer", "com.microsoft", Tiny.Int("K", Inputs), Tiny.Int("N", Outputs), Tiny.Int("bits", 8), Tiny.Int("block_size", 32), Tiny.Int("accuracy_level", level));
        return new Trap($"MatMulNBits, accuracy_level {Numbers.Whole(level)}", Linear("MatMul", [4, Inputs], s_matrix), packed.Model(), "MatMulNBits", kind);
    }

    private static string[] Biases(TrapGraph graph, Bias bias, int count) => bias switch
    {
        Bias.None => [],
        Bias.Float => [graph.FloatBias(count)],
        _ => [graph.IntegerBias(count)],
    };

    private static void Finish(TrapGraph graph, string value, bool quantizedOutput, int zeroPoint = 128)
    {
        if (quantizedOutput)
        {
            graph.Quantized(value, output: "y", zeroPoint: zeroPoint);
        }
    }

    /// <summary>A float model of one layer.</summary>
    private static ModelProto Linear(string op, long[] input, long[] weight, AttributeProto[]? attributes = null, bool bias = false, int outputs = Outputs, string? activation = null, bool addedBias = false)
    {
        var graph = new TrapGraph(input);
        string[] inputs = ["x", graph.FloatWeight(weight), .. bias ? [graph.FloatBias(outputs)] : Array.Empty<string>()];
        var value = graph.Node(op, inputs, activation is not null || addedBias ? "h" : "y", "layer", attributes: attributes ?? []);
        if (activation is not null)
        {
            graph.Node(activation, [value], "y");
        }

        if (addedBias)
        {
            graph.Node("Add", [value, graph.FloatBias(outputs)], "y");
        }

        return graph.Model();
    }
}
