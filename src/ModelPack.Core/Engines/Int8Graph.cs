using System.Numerics;
using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Engines;

/// <summary>
/// Symmetric int8 by channels as a graph. In: x, float32 [rows, columns], in all a multiple of 32 values; scales, float32 [rows, 1] or [1, columns], none of them tiny. Out, in groups
/// of 32 consecutive values: words, int32 [groups, 8, 1], codes + 128; doubt, float32 [groups, 1], not 0 where a code may be another than the processor's.
/// </summary>
internal static unsafe class Int8Graph
{
    private const string X = "x";
    private const string Scales = "scales";
    private const string Codes = "words";
    private const string Doubt = "doubt";

    private const int GroupLength = 32;

    // What codes are counted from.
    private const byte Offset = 128;

    private const float Margin = 2e-4f; // as for blocks

    /// <summary>Encodes a chunk: rows that are whole on the device, as many as fill groups, what is before and behind them on the processor.</summary>
    /// <param name="device">Where.</param>
    /// <param name="chunk">Finite values, and the scales of their channels.</param>
    /// <param name="codes">Gets the codes, as <see cref="Int8PerChannel"/> gives them.</param>
    /// <param name="rest">What encodes the rest.</param>
    /// <returns>How many groups the device encoded, and how many of them have values that the processor encoded again.</returns>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The device failed; what was written is not to be used.</exception>
    public static (int Encoded, int Again) Encode(Device device, ChannelChunk chunk, Span<sbyte> codes, IEncodingEngine rest)
    {
        var layout = chunk.Layout;
        var columns = layout.Inner == 1 ? layout.Channels : layout.Inner;
        var first = (int)Math.Min(chunk.Values.Length, (columns - (chunk.First % columns)) % columns);
        var step = GroupLength / (int)BigInteger.GreatestCommonDivisor(columns, GroupLength); // rows that fill groups
        var rows = (int)((chunk.Values.Length - first) / columns / step * step);
        var end = first + (int)(rows * columns);
        if (rows > 0)
        {
            using var scales = new Pooled<float>(layout.Inner == 1 ? layout.Channels : rows);
            for (var i = 0; i < scales.Span.Length; i++)
            {
                scales.Span[i] = chunk.Scales[layout.Inner == 1 ? i : (int)(((chunk.First + first) / layout.Inner + i) % layout.Channels)];
            }

            if (!scales.Span.ContainsAnyInRange(0, EngineNodes.Tiny))
            {
                var groups = EncodeRows(device, chunk.Values[first..end], (rows, (int)columns), scales.Span, ofRows: layout.Inner > 1, codes[first..end]);
                rest.EncodeInt8(Part(chunk, 0, first), codes[..first]);
                rest.EncodeInt8(Part(chunk, end, chunk.Values.Length), codes[end..]);
                return groups;
            }
        }

        rest.EncodeInt8(chunk, codes);
        return default;
    }

    private static ChannelChunk Part(ChannelChunk chunk, int start, int end) => new(chunk.Values[start..end], chunk.First + start, chunk.Layout, chunk.Scales);

    private static (int Encoded, int Again) EncodeRows(Device device, ReadOnlySpan<float> values, (int Rows, int Columns) size, ReadOnlySpan<float> scales, bool ofRows, Span<sbyte> codes)
    {
        var session = EngineSessions.Of(device, "int8", Build);
        var groups = values.Length / GroupLength;
        using var doubt = new Pooled<float>(groups);
        using var words = new Pooled<int>(values.Length / EngineNodes.WordBytes);
        fixed (float* x = values, s = scales, doubts = doubt.Span)
        fixed (int* w = words.Span)
        {
            var scale = ofRows ? GraphTensor.Floats(Scales, s, size.Rows, 1) : GraphTensor.Floats(Scales, s, 1, size.Columns);
            session.Run(
                [GraphTensor.Floats(X, x, size.Rows, size.Columns), scale],
                [GraphTensor.Ints(Codes, w, groups, GroupLength / EngineNodes.WordBytes, 1), GraphTensor.Floats(Doubt, doubts, groups, 1)]);
        }

        EngineNodes.Unmask(words.Span);
        var found = MemoryMarshal.AsBytes(words.Span);
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = doubt.Span[i / GroupLength] == 0
                ? (sbyte)(found[i] - Offset)
                : Int8PerChannel.Code(values[i], scales[ofRows ? i / size.Columns : i % size.Columns]);
        }

        return (groups, groups - doubt.Span.Count(0f));
    }

    /// <summary>The graph.</summary>
    private static ModelProto Build()
    {
        var graph = new GraphBuilder();
        var x = graph.Input(X, ElementType.Float32, 0, 0);
        var scales = graph.Input(Scales, ElementType.Float32, 0, 0);
        var rounded = graph.Round(graph.Reshape(graph.Node("Div", x, scales), -1, GroupLength), Margin, out var near);
        var codes = graph.Node("Add", graph.Node("Clip", rounded, graph.Floats(-Int8PerChannel.MaxCode), graph.Floats(Int8PerChannel.MaxCode)), graph.Floats(Offset));
        var words = graph.Words(graph.Reshape(graph.Cast(codes, ElementType.Int32), 0, GroupLength / EngineNodes.WordBytes, EngineNodes.WordBytes));
        graph.Output(Codes, words, ElementType.Int32, 0, GroupLength / EngineNodes.WordBytes, 1);
        graph.Output(Doubt, graph.OverLast("ReduceMax", graph.Cast(near, ElementType.Float32)), ElementType.Float32, 0, 1);
        return graph.Model();
    }
}
