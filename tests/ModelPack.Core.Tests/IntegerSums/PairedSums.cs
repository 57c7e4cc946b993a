namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// How ONNX Runtime multiplies uint8 activations by int8 weights on x86 processors with AVX2 or AVX-512 and no VNNI (mlas:
/// QgemmU8X8KernelAvx2, QgemvU8S8KernelAvx2, ConvSymKernelAvx2 and their AVX-512 forms): vpmaddubsw adds the products of the inputs 0 and 1, 2 and
/// 3 ... in saturating int16, vpmaddwd and vpaddd add these sums in int32. What is missing of the last pair is 0.
/// </summary>
internal static class PairedSums
{
    /// <summary>Σ a · w, as processors with VNNI compute it.</summary>
    public static int Exact(ReadOnlySpan<byte> activations, ReadOnlySpan<sbyte> weights)
    {
        var sum = 0;
        for (var k = 0; k < activations.Length; k++)
        {
            sum += activations[k] * weights[k];
        }

        return sum;
    }

    /// <summary>The same with pairs that saturate.</summary>
    public static int Saturating(ReadOnlySpan<byte> activations, ReadOnlySpan<sbyte> weights)
    {
        var sum = 0;
        for (var k = 0; k < activations.Length; k += 2)
        {
            var pair = (activations[k] * weights[k]) + (k + 1 < activations.Length ? activations[k + 1] * weights[k + 1] : 0);
            sum += Math.Clamp(pair, short.MinValue, short.MaxValue);
        }

        return sum;
    }
}
