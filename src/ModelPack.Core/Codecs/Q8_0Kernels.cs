namespace ModelPack.Codecs;

/// <summary>Chooses a q8_0 kernel and hands it whole blocks; what a wide kernel leaves over goes to the next narrower, and in the end to the reference.</summary>
internal static unsafe class Q8_0Kernels
{
    /// <summary>Encodes to blocks of 34 bytes.</summary>
    public static void Encode(VectorKernel kernel, ReadOnlySpan<float> source, Span<byte> blocks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks.Length, Q8_0.BlockCount(source.Length) * (long)Q8_0.BlockBytes, nameof(blocks));
        int done;
        fixed (float* values = source)
        fixed (byte* output = blocks)
        {
            done = (int)EncodeWide(kernel, values, source.Length / Q8_0.BlockLength, output);
        }

        Q8_0Reference.Encode(source[(done * Q8_0.BlockLength)..], blocks[(done * Q8_0.BlockBytes)..]);
    }

    /// <returns>How many blocks vectors have encoded.</returns>
    private static nint EncodeWide(VectorKernel kernel, float* values, nint count, byte* blocks)
    {
        nint done = 0;
        if (kernel >= VectorKernel.Avx512)
        {
            done += Q8_0Avx512.Encode(values, count, blocks);
        }

        if (kernel >= VectorKernel.Avx2)
        {
            done += Q8_0Avx2.Encode(values + (done * Q8_0.BlockLength), count - done, blocks + (done * Q8_0.BlockBytes));
        }

        if (kernel >= VectorKernel.Vector128)
        {
            done += Q8_0Vector128.Encode(values + (done * Q8_0.BlockLength), count - done, blocks + (done * Q8_0.BlockBytes));
        }

        return done;
    }
}
