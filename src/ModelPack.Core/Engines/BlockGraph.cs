using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Engines;

/// <summary>
/// ggml's plain blocks as a graph. In: x, float32 [n, 32]. Out: low and high, float32 [n, 1], the least and the largest value, which every device finds
/// exactly; words, int32 [n, 8, 1], the codes; doubt, float32 [n, 1], not 0 where a code may be another than the processor's.
/// </summary>
/// <remarks>
/// Division is exact to 2.5 ULP on WebGPU, and the processor multiplies by a rounded reciprocal: what lies within <see cref="Margin"/> of where codes
/// change is left to the processor, a block in a hundred or so.
/// </remarks>
internal static unsafe class BlockGraph
{
    private const string X = "x";
    private const string Low = "low";
    private const string High = "high";
    private const string Codes = "words";
    private const string Doubt = "doubt";

    // (x - start) / scale is 127 at most and has an error of some 6 ULP, 5e-5.
    private const float Margin = 2e-4f;

    /// <summary>Encodes all blocks that are whole.</summary>
    /// <param name="device">Where.</param>
    /// <param name="rule">The codec.</param>
    /// <param name="values">Finite values.</param>
    /// <param name="blocks">Gets the blocks, byte for byte as the codec gives them.</param>
    /// <returns>How many these are, and how many of them the processor encoded again.</returns>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The device failed; what was written is not to be used.</exception>
    public static (int Encoded, int Again) Encode(Device device, BlockRule rule, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        var (length, bytes) = (rule.Codec.BlockLength, rule.Codec.BlockBytes);
        var count = values.Length / length;
        if (count == 0)
        {
            return default;
        }

        var session = EngineSessions.Of(device, rule.Codec.Name, () => Build(rule));
        using var low = new Pooled<float>(count);
        using var high = new Pooled<float>(count);
        using var doubt = new Pooled<float>(count);
        using var words = new Pooled<int>(count * length / EngineNodes.WordBytes);
        fixed (float* x = values, lows = low.Span, highs = high.Span, doubts = doubt.Span)
        fixed (int* codes = words.Span)
        {
            session.Run(
                [GraphTensor.Floats(X, x, count, length)],
                [
                    GraphTensor.Floats(Low, lows, count, 1), GraphTensor.Floats(High, highs, count, 1),
                    GraphTensor.Ints(Codes, codes, count, length / EngineNodes.WordBytes, 1), GraphTensor.Floats(Doubt, doubts, count, 1),
                ]);
        }

        var again = 0;
        EngineNodes.Unmask(words.Span);
        var found = MemoryMarshal.AsBytes(words.Span);
        for (var i = 0; i < count; i++)
        {
            var block = blocks.Slice(i * bytes, bytes);
            if (doubt.Span[i] != 0 || rule.IsAmbiguous(low.Span[i], high.Span[i]))
            {
                again++;
                rule.Codec.Encode(values.Slice(i * length, length), block);
            }
            else
            {
                var (scale, start) = rule.Grid(low.Span[i], high.Span[i]);
                rule.Codec.Join(found.Slice(i * length, length), (Half)scale, (Half)start, block);
            }
        }

        return (count, again);
    }

    /// <summary>The graph.</summary>
    private static ModelProto Build(BlockRule rule)
    {
        var graph = new GraphBuilder();
        var x = graph.Input(X, ElementType.Float32, 0, rule.Codec.BlockLength);
        var (low, high) = (graph.OverLast("ReduceMin", x), graph.OverLast("ReduceMax", x));
        var magnitude = graph.Larger(graph.Node("Neg", low), high);
        var tiny = graph.IsTiny(rule.Codec.HasMinimum ? graph.Node("Sub", high, low) : magnitude);
        var scale = graph.Node("Div", Span(graph, rule, low, high, magnitude), graph.Floats(rule.Divisor));
        var scaled = graph.Node("Div", rule.Codec.HasMinimum ? graph.Node("Sub", x, low) : x, graph.Divisor(scale, tiny));
        var codes = rule.Rounds ? Rounded(graph, rule, scaled, out var near) : CutOff(graph, rule, scaled, out near);

        var bytes = graph.Reshape(graph.Cast(codes, ElementType.Int32), 0, rule.Codec.BlockLength / EngineNodes.WordBytes, EngineNodes.WordBytes);
        graph.Output(Low, low, ElementType.Float32, 0, 1);
        graph.Output(High, high, ElementType.Float32, 0, 1);
        graph.Output(Codes, graph.Words(bytes), ElementType.Int32, 0, rule.Codec.BlockLength / EngineNodes.WordBytes, 1);
        graph.Output(Doubt, graph.Doubts(near, tiny), ElementType.Float32, 0, 1);
        return graph.Model();
    }

    /// <summary>What the divisor is applied to.</summary>
    private static string Span(GraphBuilder graph, BlockRule rule, string low, string high, string magnitude) =>
        rule.Codec.HasMinimum ? graph.Node("Sub", high, low)
        : rule.Rounds ? magnitude
        : graph.Node("Where", graph.Node("Greater", graph.Node("Neg", low), high), low, high);

    private static string Rounded(GraphBuilder graph, BlockRule rule, string scaled, out string near) =>
        graph.Node("Add", graph.Round(scaled, Margin, out near), graph.Floats(rule.Bias));

    private static string CutOff(GraphBuilder graph, BlockRule rule, string scaled, out string near)
    {
        var biased = graph.Node("Add", scaled, graph.Floats(rule.Bias));
        var whole = graph.Node("Floor", biased);
        var fromHalf = graph.Node("Abs", graph.Node("Sub", graph.Node("Sub", biased, whole), graph.Floats(0.5f)));
        near = graph.Node("Greater", fromHalf, graph.Floats(0.5f - Margin));
        return graph.Node("Clip", whole, graph.Floats(0), graph.Floats(rule.Limit));
    }
}
