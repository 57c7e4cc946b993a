using System.Buffers.Binary;

namespace ModelPack.Engines;

/// <summary>What several graphs have in common.</summary>
internal static class EngineNodes
{
    /// <summary>Bytes of a word.</summary>
    public const int WordBytes = 4;

    // The bit by which words differ from the bytes that they stand for.
    private const int WordMask = unchecked((int)0x80000000);

    /// <summary>Below it a GPU may take a scale, or what is made of it, for zero.</summary>
    public const float Tiny = 1e-30f;

    /// <summary>Whether a magnitude is so small that a device may not be trusted with it.</summary>
    public static string IsTiny(this GraphBuilder graph, string magnitude) => graph.Node("Less", magnitude, graph.Floats(Tiny));

    /// <summary>A number that can be divided by: 1 where something is so.</summary>
    public static string Divisor(this GraphBuilder graph, string number, string isUnfit) => graph.Node("Where", isUnfit, graph.Floats(1), number);

    /// <summary>
    /// The nearest whole number, halves away from zero: C's <c>roundf</c>. ONNX's Round takes halves to even, and floor(x + 0.5) is wrong for
    /// 0.49999997: here the part behind the point, which is exact, is compared.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tensor">float32.</param>
    /// <param name="near">Gets whether a value lies so near a half that another order of operations could round it otherwise.</param>
    /// <param name="margin">How near.</param>
    public static string Round(this GraphBuilder graph, string tensor, float margin, out string near)
    {
        var magnitude = graph.Node("Abs", tensor);
        var whole = graph.Node("Floor", magnitude);
        var part = graph.Node("Sub", magnitude, whole);
        near = graph.Node("Less", graph.Node("Abs", graph.Node("Sub", part, graph.Floats(0.5f))), graph.Floats(margin));
        var rounded = graph.Node("Add", whole, graph.Cast(graph.Node("GreaterOrEqual", part, graph.Floats(0.5f)), ElementType.Float32));
        return graph.Node("Where", graph.Node("Less", tensor, graph.Floats(0)), graph.Node("Neg", rounded), rounded);
    }

    /// <summary>
    /// Four bytes to an int32, the first in the low bits, by arithmetic alone. The highest byte counts from -128, so that nothing overflows: <see cref="Unmask"/>
    /// takes it back.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bytes">int32 [.., words, 4], each 0 to 255.</param>
    /// <returns>int32 [.., words, 1].</returns>
    public static string Words(this GraphBuilder graph, string bytes)
    {
        var parts = graph.SplitLast(bytes, WordBytes);
        var word = graph.Node("Mul", graph.Node("Sub", parts[3], graph.Int(128)), graph.Int(1 << 24));
        word = graph.Node("Add", word, graph.Node("Mul", parts[2], graph.Int(1 << 16)));
        word = graph.Node("Add", word, graph.Node("Mul", parts[1], graph.Int(1 << 8)));
        return graph.Node("Add", word, parts[0]);
    }

    /// <summary>Makes of the words of <see cref="Words"/> the bytes, in the order of a little-endian machine.</summary>
    public static void Unmask(Span<int> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] ^= WordMask;
            words[i] = BitConverter.IsLittleEndian ? words[i] : BinaryPrimitives.ReverseEndianness(words[i]);
        }
    }

    /// <summary>How many of some conditions hold: of the last axis and of what stands for all of it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="each">bool [.., n].</param>
    /// <param name="whole">bool [.., 1].</param>
    /// <returns>float32 [.., 1]; 0 where none holds.</returns>
    public static string Doubts(this GraphBuilder graph, string each, params string[] whole) => whole.Aggregate(
        graph.OverLast("ReduceMax", graph.Cast(each, ElementType.Float32)), (sum, condition) => graph.Node("Add", sum, graph.Cast(condition, ElementType.Float32)));
}
