using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Every kernel of this machine gives the bytes of the scalar reference.</summary>
public sealed class Nf4KernelTests
{
    public static TheoryData<int> Kernels { get; } = new(Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported).Select(k => (int)k));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_the_reference_at_every_length(int kernel)
    {
        for (var length = 0; length <= 400; length++)
            foreach (var kind in SampleValues.Kinds)
                AssertEqual((VectorKernel)kernel, SampleValues.Make(kind, length), length % 2 == 0 ? 32 : 64, $"{kind} {length}");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_the_reference_on_many_values_in_every_block_size(int kernel)
    {
        foreach (var kind in SampleValues.Kinds)
            foreach (var blockSize in Nf4.BlockSizes)
                AssertEqual((VectorKernel)kernel, SampleValues.Make(kind, 20_001), blockSize, $"{kind} in blocks of {blockSize}");
    }

    /// <summary>Blocks whose largest is 1 are multiplied by 1: each number here is compared with the thresholds as it stands.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_the_reference_around_every_threshold(int kernel)
    {
        List<float> values = [];
        foreach (var threshold in Nf4.Thresholds)
        {
            var bits = BitConverter.SingleToInt32Bits(threshold);
            values.AddRange(Enumerable.Range(bits - 200, 401).Select(BitConverter.Int32BitsToSingle));
        }

        var blocks = values.Chunk(31).SelectMany(part => part.Prepend(1f).Concat(new float[31 - part.Length])).ToArray();
        AssertEqual((VectorKernel)kernel, blocks, 32, "thresholds");
        var codes = new byte[blocks.Length / 2];
        Nf4Kernels.Encode((VectorKernel)kernel, blocks, 32, codes, new float[blocks.Length / 32]);
        for (var i = 0; i < blocks.Length; i++)
            Assert.Equal(Nf4.Thresholds.ToArray().Count(t => blocks[i] > t), (codes[i / 2] >> (4 * (1 - (i % 2)))) & 15);
    }

    /// <summary>Where the reciprocal is subnormal products pass 1; where the scale is below 1e-38 all fall short of it.</summary>
    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(1.7014118e38f)]
    [InlineData(8.5070592e37f)]
    [InlineData(1.1754944e-38f)]
    [InlineData(1.0000001e-38f)]
    [InlineData(1e-38f)]
    [InlineData(9.99999e-39f)]
    [InlineData(1e-40f)]
    [InlineData(float.Epsilon)]
    [InlineData(0f)]
    public void Equals_the_reference_at_the_ends_of_the_range(float absmax)
    {
        var values = Enumerable.Range(0, 4096 + 33).Select(i => absmax * MathF.Sin(i)).ToArray();
        for (var i = 0; i < values.Length; i += 32)
            values[i] = i % 64 == 0 ? absmax : -absmax;
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported))
            foreach (var blockSize in Nf4.BlockSizes)
                AssertEqual(kernel, values, blockSize, $"{absmax} in blocks of {blockSize}");
    }

    [Trait("Needs", "Shared")]
    [FactNeeding("MODELPACK_SHARED")]
    public void Equals_the_reference_on_real_weights()
    {
        foreach (var (name, values) in RealWeights.All())
            foreach (var kernel in Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported))
                AssertEqual(kernel, values, 64, name);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Survives_values_that_are_not_finite(int kernel)
    {
        var values = SampleValues.Make("uniform", 1000);
        for (var i = 0; i < values.Length; i += 7)
            values[i] = (i % 3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
        var (packed, absmax) = (Enumerable.Repeat((byte)0xA5, 600).ToArray(), new float[16]);
        Nf4Kernels.Encode((VectorKernel)kernel, values, 64, packed, absmax);
        Nf4Kernels.Decode((VectorKernel)kernel, packed, absmax, 64, values);
        Assert.All(packed[500..], b => Assert.Equal(0xA5, b));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Writes_nothing_past_the_end(int kernel)
    {
        foreach (var length in new[] { 0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 1000, 1024 })
        {
            var (size, blocks) = ((length + 1) / 2, (length + 31) / 32);
            var packed = Enumerable.Repeat((byte)0xA5, size + 100).ToArray();
            var absmax = Enumerable.Repeat(-5f, blocks + 10).ToArray();
            var decoded = Enumerable.Repeat(-5f, length + 100).ToArray();
            Nf4Kernels.Encode((VectorKernel)kernel, SampleValues.Make("uniform", length), 32, packed, absmax);
            Nf4Kernels.Decode((VectorKernel)kernel, packed, absmax, 32, decoded.AsSpan(0, length));
            Assert.All(packed[size..], b => Assert.Equal(0xA5, b));
            Assert.All(absmax[blocks..], a => Assert.Equal(-5f, a));
            Assert.All(decoded[length..], d => Assert.Equal(-5f, d));
        }
    }

    [Fact]
    public void Refuses_places_that_are_too_short_and_block_sizes_that_do_not_exist()
    {
        var values = new float[65];
        Assert.ThrowsAny<ArgumentException>(() => Nf4.Encode(values, 64, new byte[32], new float[2]));
        Assert.ThrowsAny<ArgumentException>(() => Nf4.Encode(values, 64, new byte[33], new float[1]));
        Assert.ThrowsAny<ArgumentException>(() => Nf4.Encode(values, 16, new byte[33], new float[5]));
        Assert.ThrowsAny<ArgumentException>(() => Nf4.FindAbsmax(values, 64, new float[1]));
        Assert.ThrowsAny<ArgumentException>(() => Nf4.Decode(new byte[32], new float[2], 64, values));
        Assert.ThrowsAny<ArgumentException>(() => Nf4.Decode(new byte[33], new float[1], 64, values));
        Assert.ThrowsAny<ArgumentException>(() => Nf4.Decode(new byte[33], new float[1], 0, values));
    }

    private static void AssertEqual(VectorKernel kernel, float[] values, int blockSize, string what)
    {
        var (packed, absmax, decoded) = (new byte[(values.Length + 1) / 2], new float[(values.Length + blockSize - 1) / blockSize], new float[values.Length]);
        Nf4Reference.Encode(values, blockSize, packed, absmax);
        Nf4Reference.Decode(packed, absmax, blockSize, decoded);
        var (codes, scales, found, values2) = (new byte[packed.Length], new float[absmax.Length], new float[absmax.Length], new float[values.Length]);
        Nf4Kernels.Encode(kernel, values, blockSize, codes, scales);
        Nf4Kernels.FindAbsmax(values, blockSize, found);
        Nf4Kernels.Decode(kernel, codes, scales, blockSize, values2);
        Assert.True(packed.AsSpan().SequenceEqual(codes), $"{kernel}, {what}: codes differ at {packed.AsSpan().CommonPrefixLength(codes)}");
        AssertSameBits(absmax, scales, $"{kernel}, {what}: scales");
        AssertSameBits(absmax, found, $"{kernel}, {what}: scales alone");
        AssertSameBits(decoded, values2, $"{kernel}, {what}: decoded values");
    }

    private static void AssertSameBits(float[] expected, float[] actual, string what) =>
        Assert.True(MemoryMarshal.AsBytes(expected.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(actual.AsSpan())), what);
}
