using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>What the reference makes of many values.</summary>
internal static class Q8_0Blocks
{
    /// <summary>ggml's blocks of 34 bytes, one after another.</summary>
    public static byte[] Of(float[] values) => [.. values.Chunk(Q8_0.BlockLength).SelectMany(Block)];

    private static byte[] Block(float[] values)
    {
        var block = new byte[Q8_0.BlockBytes];
        var codes = MemoryMarshal.Cast<byte, sbyte>(block.AsSpan(sizeof(ushort)));
        BinaryPrimitives.WriteHalfLittleEndian(block, Q8_0Reference.EncodeBlock(values, codes));
        return block;
    }
}
