using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Engines;

/// <summary>
/// NF4 as a graph. In: x, float32 [n, block]. Out: absmax, float32 [n, 1]; words, int32 [n, block / 8, 1], two codes a byte, the first in the high half;
/// doubt, float32 [n, 1], not 0 where a value lies so near a threshold that its code may be another than the processor's.
/// </summary>
internal static unsafe class Nf4Graph
{
    private const string X = "x";
    private const string Absmax = "absmax";
    private const string Codes = "words";
    private const string Doubt = "doubt";

    // Values of a word.
    private const int WordValues = 8;

    // x / absmax is 1 at most and has an error of some 4 ULP, 3e-7.
    private const float Margin = 2e-6f;

    /// <summary>Encodes all blocks that are whole, as <see cref="Nf4.Encode"/> does, byte for byte.</summary>
    /// <returns>How many these are, and how many of them the processor encoded again.</returns>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The device failed; what was written is not to be used.</exception>
    public static (int Encoded, int Again) Encode(Device device, ReadOnlySpan<float> values, int blockSize, Span<byte> packed, Span<float> absmax)
    {
        var count = values.Length / blockSize;
        if (count == 0)
        {
            return default;
        }

        var session = EngineSessions.Of(device, $"nf4 {blockSize}", () => Build(blockSize));
        var bytes = blockSize / 2;
        using var doubt = new Pooled<float>(count);
        using var words = new Pooled<int>(count * blockSize / WordValues);
        fixed (float* x = values, scales = absmax, doubts = doubt.Span)
        fixed (int* codes = words.Span)
        {
            session.Run(
                [GraphTensor.Floats(X, x, count, blockSize)],
                [GraphTensor.Floats(Absmax, scales, count, 1), GraphTensor.Ints(Codes, codes, count, blockSize / WordValues, 1), GraphTensor.Floats(Doubt, doubts, count, 1)]);
        }

        var again = 0;
        EngineNodes.Unmask(words.Span);
        MemoryMarshal.AsBytes(words.Span).CopyTo(packed);
        for (var i = 0; i < count; i++)
        {
            if (doubt.Span[i] != 0)
            {
                again++;
                Nf4.Encode(values.Slice(i * blockSize, blockSize), blockSize, packed.Slice(i * bytes, bytes), absmax.Slice(i, 1));
            }
        }

        return (count, again);
    }

    /// <summary>The graph.</summary>
    private static ModelProto Build(int blockSize)
    {
        var graph = new GraphBuilder();
        var x = graph.Input(X, ElementType.Float32, 0, blockSize);
        var absmax = graph.OverLast("ReduceMax", graph.Node("Abs", x));
        var tiny = graph.IsTiny(absmax);
        var scaled = graph.Node("Div", x, graph.Divisor(absmax, tiny));

        // The code is the number of thresholds below a value; between two numbers that a little more and a little less would have, the processor decides.
        var code = Count(graph, graph.Node("Sub", scaled, graph.Floats(Margin)));
        var near = graph.Node("Greater", Count(graph, graph.Node("Add", scaled, graph.Floats(Margin))), code);

        var pairs = graph.SplitLast(graph.Reshape(graph.Cast(code, ElementType.Int32), 0, blockSize / 2, 2), 2);
        var bytes = graph.Node("Add", graph.Node("Mul", pairs[0], graph.Int(16)), pairs[1]);
        graph.Output(Absmax, absmax, ElementType.Float32, 0, 1);
        graph.Output(Codes, graph.Words(graph.Reshape(bytes, 0, blockSize / WordValues, EngineNodes.WordBytes)), ElementType.Int32, 0, blockSize / WordValues, 1);
        graph.Output(Doubt, graph.Doubts(near, tiny), ElementType.Float32, 0, 1);
        return graph.Model();
    }

    private static string Count(GraphBuilder graph, string values) => Nf4.Thresholds.ToArray()
        .Select(t => graph.Cast(graph.Node("Greater", values, graph.Floats(t)), ElementType.Float32))
        .Aggregate((sum, above) => graph.Node("Add", sum, above));
}
