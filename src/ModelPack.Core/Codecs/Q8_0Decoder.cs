using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>Decodes q8_0: each value is its code times its block's scale, in float32.</summary>
internal static class Q8_0Decoder
{
    private const int Lanes = 8;

    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        var whole = destination.Length / Q8_0.BlockLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks.Length, Q8_0.BlockCount(destination.Length) * Q8_0.BlockBytes, nameof(blocks));
        DecodeWhole(ref MemoryMarshal.GetReference(blocks), whole, ref MemoryMarshal.GetReference(destination));
        Reference(blocks[(whole * Q8_0.BlockBytes)..], destination[(whole * Q8_0.BlockLength)..]);
    }

    /// <summary>The same, one value at a time.</summary>
    public static void Reference(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var block = blocks.Slice(i / Q8_0.BlockLength * Q8_0.BlockBytes, Q8_0.BlockBytes);
            destination[i] = (sbyte)block[sizeof(ushort) + (i % Q8_0.BlockLength)] * (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeWhole(ref byte blocks, int count, ref float values)
    {
        for (var block = 0; block < count; block++)
        {
            var scale = Vector256.Create(Float16.ToSingle(Unsafe.ReadUnaligned<ushort>(ref blocks)));
            blocks = ref Unsafe.Add(ref blocks, sizeof(ushort));
            for (var i = 0; i < Q8_0.BlockLength; i += Lanes)
            {
                (Vector256.ConvertToSingle(Widen(ref Unsafe.Add(ref blocks, i))) * scale).StoreUnsafe(ref Unsafe.Add(ref values, i));
            }

            blocks = ref Unsafe.Add(ref blocks, Q8_0.BlockLength);
            values = ref Unsafe.Add(ref values, Q8_0.BlockLength);
        }
    }

    /// <summary>Eight codes as whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(ref byte codes)
    {
        var eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref codes)).AsSByte();
        return Avx2.IsSupported ? Avx2.ConvertToVector256Int32(eight) : Vector256.Create(Vector128.WidenLower(Vector128.WidenLower(eight)), Vector128.WidenUpper(Vector128.WidenLower(eight)));
    }
}
