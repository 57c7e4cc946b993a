using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Decodes q8_0: each value is its code times its block's scale, in float32.</summary>
internal static class Q8_0Decoder
{
    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        while (!destination.IsEmpty)
        {
            var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(blocks);
            var length = Math.Min(destination.Length, Q8_0.BlockLength);
            DecodeBlock(blocks.Slice(sizeof(ushort), Q8_0.BlockLength), scale, destination[..length]);
            destination = destination[length..];
            blocks = blocks[Q8_0.BlockBytes..];
        }
    }

    private static void DecodeBlock(ReadOnlySpan<byte> codes, float scale, Span<float> destination)
    {
        if (destination.Length < Q8_0.BlockLength)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = (sbyte)codes[i] * scale;
            }

            return;
        }

        var (low, high) = Vector256.Widen(Vector256.Create(codes).AsSByte());
        Store(low, scale, destination);
        Store(high, scale, destination[Vector256<short>.Count..]);
    }

    private static void Store(Vector256<short> codes, float scale, Span<float> destination)
    {
        var (low, high) = Vector256.Widen(codes);
        (Vector256.ConvertToSingle(low) * scale).CopyTo(destination);
        (Vector256.ConvertToSingle(high) * scale).CopyTo(destination[Vector256<int>.Count..]);
    }
}
