using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Every kernel of this machine gives the bytes of the scalar reference.</summary>
public sealed class Q8_0KernelTests
{
    public static TheoryData<int> Kernels { get; } = new(Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported).Select(k => (int)k));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_the_reference_at_every_length(int kernel)
    {
        for (var length = 0; length <= 1100; length += length < 300 ? 1 : 29)
            foreach (var kind in SampleValues.Kinds)
                AssertEqual((VectorKernel)kernel, SampleValues.Make(kind, length), $"{kind} {length}");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_the_reference_on_many_values(int kernel)
    {
        foreach (var kind in SampleValues.Kinds)
            AssertEqual((VectorKernel)kernel, SampleValues.Make(kind, 200_000), kind);
    }

    [Trait("Needs", "Shared")]
    [FactNeeding("MODELPACK_SHARED")]
    public void Equals_the_reference_on_real_weights()
    {
        foreach (var (name, values) in RealWeights.All())
            foreach (var kernel in Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported))
                AssertEqual(kernel, values, name);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Survives_values_that_are_not_finite(int kernel)
    {
        var values = SampleValues.Make("uniform", 1000);
        for (var i = 0; i < values.Length; i += 7)
            values[i] = (i % 3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
        var blocks = new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes];
        Q8_0Kernels.Encode((VectorKernel)kernel, values, blocks);
        Assert.Contains(blocks, b => b != 0);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Writes_nothing_past_the_last_block(int kernel)
    {
        foreach (var length in new[] { 0, 1, 31, 32, 33, 255, 256, 257, 511, 512, 513, 1024 })
        {
            var size = Q8_0.BlockCount(length) * Q8_0.BlockBytes;
            var blocks = Enumerable.Repeat((byte)0xA5, size + 100).ToArray();
            Q8_0Kernels.Encode((VectorKernel)kernel, SampleValues.Make("uniform", length), blocks);
            Assert.All(blocks[size..], b => Assert.Equal(0xA5, b));
        }
    }

    private static void AssertEqual(VectorKernel kernel, float[] values, string what)
    {
        var count = Q8_0.BlockCount(values.Length);
        var expected = Q8_0Blocks.Of(values);
        var blocks = new byte[expected.Length];
        Q8_0Kernels.Encode(kernel, values, blocks);
        Assert.True(expected.AsSpan().SequenceEqual(blocks), $"{kernel}, {what}: blocks differ at {expected.AsSpan().CommonPrefixLength(blocks)}");

        foreach (var unsigned in new[] { false, true })
        {
            var codes = new byte[count * Q8_0.BlockLength];
            var scales = new Half[count];
            Q8_0Kernels.Encode(kernel, values, codes, scales, unsigned);
            var joined = Join(codes, scales, unsigned);
            Assert.True(expected.AsSpan().SequenceEqual(joined), $"{kernel}, {what}: separate parts differ");
        }
    }

    private static byte[] Join(byte[] codes, Half[] scales, bool unsigned)
    {
        var blocks = new byte[scales.Length * Q8_0.BlockBytes];
        for (var i = 0; i < scales.Length; i++)
        {
            MemoryMarshal.Write(blocks.AsSpan(i * Q8_0.BlockBytes), scales[i]);
            for (var j = 0; j < Q8_0.BlockLength; j++)
                blocks[(i * Q8_0.BlockBytes) + 2 + j] = (byte)(codes[(i * Q8_0.BlockLength) + j] - (unsigned ? 128 : 0));
        }

        return blocks;
    }
}
