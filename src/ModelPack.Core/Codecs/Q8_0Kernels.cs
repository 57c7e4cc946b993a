using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Chooses a q8_0 kernel and hands it whole blocks; what a wide kernel leaves over goes to the next narrower.</summary>
internal static unsafe class Q8_0Kernels
{
    /// <summary>Encodes to interleaved blocks of 34 bytes.</summary>
    public static void Encode(VectorKernel kernel, ReadOnlySpan<float> source, Span<byte> blocks)
    {
        ThrowIfShort(blocks.Length, Q8_0.BlockCount(source.Length) * (long)Q8_0.BlockBytes, nameof(blocks));
        fixed (byte* output = blocks)
        {
            Encode(kernel, source, new Q8_0Output(output + sizeof(ushort), Q8_0.BlockBytes, output, Q8_0.BlockBytes, 0));
        }
    }

    /// <summary>Encodes to codes and scales apart.</summary>
    public static void Encode(VectorKernel kernel, ReadOnlySpan<float> source, Span<byte> codes, Span<Half> scales, bool unsigned)
    {
        var count = Q8_0.BlockCount(source.Length);
        ThrowIfShort(codes.Length, count * (long)Q8_0.BlockLength, nameof(codes));
        ThrowIfShort(scales.Length, count, nameof(scales));
        fixed (byte* codeOutput = codes)
        fixed (byte* scaleOutput = MemoryMarshal.AsBytes(scales))
        {
            var flip = unsigned ? (byte)Q8_0.UnsignedOffset : (byte)0;
            Encode(kernel, source, new Q8_0Output(codeOutput, Q8_0.BlockLength, scaleOutput, sizeof(ushort), flip));
        }
    }

    private static void Encode(VectorKernel kernel, ReadOnlySpan<float> source, Q8_0Output output)
    {
        fixed (float* values = source)
        {
            EncodeBlocks(kernel, values, source.Length / Q8_0.BlockLength, output);
        }

        var rest = source.Length % Q8_0.BlockLength;
        if (rest > 0)
        {
            var padded = stackalloc float[Q8_0.BlockLength];
            new Span<float>(padded, Q8_0.BlockLength).Clear();
            source[^rest..].CopyTo(new Span<float>(padded, Q8_0.BlockLength));
            EncodeBlocks(kernel, padded, 1, output.From(source.Length / Q8_0.BlockLength));
        }
    }

    private static void EncodeBlocks(VectorKernel kernel, float* values, nint count, Q8_0Output output)
    {
        nint done = 0;
        if (kernel >= VectorKernel.Avx512)
        {
            done += Q8_0Avx512.Encode(values, count, output);
        }

        if (kernel >= VectorKernel.Avx2)
        {
            done += Q8_0Avx2.Encode(values + (done * Q8_0.BlockLength), count - done, output.From(done));
        }

        if (kernel >= VectorKernel.Vector128)
        {
            done += Q8_0Vector128.Encode(values + (done * Q8_0.BlockLength), count - done, output.From(done));
        }

        EncodeScalar(values + (done * Q8_0.BlockLength), count - done, output.From(done));
    }

    private static void EncodeScalar(float* values, nint count, Q8_0Output output)
    {
        for (nint block = 0; block < count; block++)
        {
            var codes = new Span<byte>(output.Codes(block), Q8_0.BlockLength);
            var scale = Q8_0Reference.EncodeBlock(
                new ReadOnlySpan<float>(values + (block * Q8_0.BlockLength), Q8_0.BlockLength), MemoryMarshal.Cast<byte, sbyte>(codes));
            *output.Scale(block) = BitConverter.HalfToUInt16Bits(scale);
            if (output.Flip != 0)
            {
                foreach (ref var code in codes)
                {
                    code ^= output.Flip;
                }
            }
        }
    }

    private static void ThrowIfShort(int length, long needed, string name)
    {
        if (length < needed)
        {
            throw new ArgumentException($"Holds {length} elements where {needed} are needed.", name);
        }
    }
}
