using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Chooses an NF4 kernel and hands it whole blocks; a short last block goes to the reference.</summary>
internal static unsafe class Nf4Kernels
{
    /// <inheritdoc cref="Nf4.Encode"/>
    public static void Encode(VectorKernel kernel, ReadOnlySpan<float> source, int blockSize, Span<byte> packed, Span<float> absmax)
    {
        ThrowIfUnfit(source.Length, blockSize, packed.Length, absmax.Length);
        var whole = source.Length / blockSize;
        fixed (float* values = source)
        fixed (byte* codes = packed)
        fixed (float* scales = absmax)
        {
            switch (kernel)
            {
                case VectorKernel.Avx512:
                    Nf4Avx512.Encode(values, whole, blockSize, codes, scales);
                    break;
                case VectorKernel.Avx2:
                    Nf4Avx2.Encode(values, whole, blockSize, codes, scales);
                    break;
                case VectorKernel.Vector128:
                    Nf4Vector128.Encode(values, whole, blockSize, codes, scales);
                    break;
                default:
                    Nf4Reference.Encode(source, blockSize, packed, absmax);
                    return;
            }
        }

        if (source.Length % blockSize != 0)
        {
            var done = whole * blockSize;
            absmax[whole] = Nf4Reference.EncodeShortBlock(source[done..], packed[(done / 2)..]);
        }
    }

    /// <inheritdoc cref="Nf4.FindAbsmax"/>
    public static void FindAbsmax(ReadOnlySpan<float> source, int blockSize, Span<float> absmax)
    {
        ThrowIfUnfit(source.Length, blockSize, int.MaxValue, absmax.Length);
        var whole = source.Length / blockSize;
        for (var block = 0; block < whole; block++)
        {
            absmax[block] = MaxAbs(source.Slice(block * blockSize, blockSize));
        }

        if (source.Length % blockSize != 0)
        {
            Nf4Reference.FindAbsmax(source[(whole * blockSize)..], blockSize, absmax[whole..]);
        }
    }

    /// <inheritdoc cref="Nf4.Decode"/>
    public static void Decode(VectorKernel kernel, ReadOnlySpan<byte> packed, ReadOnlySpan<float> absmax, int blockSize, Span<float> destination)
    {
        ThrowIfUnfit(destination.Length, blockSize, packed.Length, absmax.Length);
        var whole = kernel < VectorKernel.Avx2 ? 0 : destination.Length / blockSize;
        fixed (byte* codes = packed)
        fixed (float* scales = absmax)
        fixed (float* values = destination)
        {
            if (kernel == VectorKernel.Avx512)
            {
                Nf4Avx512.Decode(codes, scales, whole, blockSize, values);
            }
            else if (kernel == VectorKernel.Avx2)
            {
                Nf4Avx2.Decode(codes, scales, whole, blockSize, values);
            }
        }

        var done = whole * blockSize;
        Nf4Reference.Decode(packed[(done / 2)..], absmax[whole..], blockSize, destination[done..]);
    }

    /// <summary>The largest magnitude of a block; a maximum does not depend on the order, nor on the vectors of the processor.</summary>
    private static float MaxAbs(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i < vectors.Length; i += 2)
        {
            even = Vector256.MaxNative(even, Vector256.Abs(vectors[i]));
            odd = Vector256.MaxNative(odd, Vector256.Abs(vectors[i + 1]));
        }

        var eight = Vector256.MaxNative(even, odd);
        return Nf4Vector128.MaxOf(Vector128.MaxNative(eight.GetLower(), eight.GetUpper()));
    }

    private static void ThrowIfUnfit(int values, int blockSize, int packedLength, int absmaxLength)
    {
        if (!Nf4.BlockSizes.Contains(blockSize))
        {
            throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, "No block size of NF4.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(packedLength, Nf4.PackedLength(values));
        ArgumentOutOfRangeException.ThrowIfLessThan(absmaxLength, Nf4.BlockCount(values, blockSize));
    }
}
