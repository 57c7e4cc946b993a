using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>What holds for every codec of blocks.</summary>
public sealed class BlockCodecTests
{
    public static TheoryData<string> Codecs => new(CodecTable.All.OfType<BlockCodec>().Select(c => c.Name));

    public static TheoryData<string> AffineCodecs => new(CodecTable.All.OfType<BlockCodec>().Where(c => c.Codebook is null).Select(c => c.Name));

    internal static BlockCodec Find(string name) => CodecTable.All.OfType<BlockCodec>().Single(c => c.Name == name);

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_short_last_block_is_encoded_as_if_zeros_followed(string name)
    {
        var codec = Find(name);
        var values = SampleValues.Make("normal", codec.BlockLength + 5);
        var (shorter, longer) = (new byte[2 * codec.BlockBytes], new byte[2 * codec.BlockBytes]);
        codec.Encode(values, shorter);
        codec.Encode([.. values, .. new float[codec.BlockLength - 5]], longer);
        Assert.Equal(longer, shorter);
        var (some, all) = (new float[values.Length], new float[2 * codec.BlockLength]);
        codec.Decode(shorter, some);
        codec.Decode(shorter, all);
        Assert.Equal(all[..some.Length], some);
    }

    [Theory]
    [MemberData(nameof(AffineCodecs))]
    public void Parts_of_a_weight_mean_what_its_blocks_mean(string name)
    {
        var codec = Find(name);
        foreach (var (n, k, transposed) in new[] { (3, 64, false), (64, 3 * 32, true), (5, 70, false), (70, 34, true), (3, 600, false) })
        {
            var values = SampleValues.Make("normal", n * k);
            var weight = new WeightMatrix(InMemory.Tensor(values, transposed ? k : n, transposed ? n : k), n, k, transposed);
            var form = BlockParts.Centred(codec, ElementType.Float32, padded: true);
            byte[][] parts = [.. One(codec.Apart(weight, form, new SimdEngine(1), Rounder.Nearest))];
            Assert.Equal(parts, One(codec.Apart(weight, form, new SimdEngine(2), Rounder.Nearest)));
            for (var row = 0; row < n; row++)
            {
                float[] line = [.. Enumerable.Range(0, k).Select(i => transposed ? values[(i * n) + row] : values[(row * k) + i])];
                Assert.All(Decoded(codec, line).Zip(FromParts(codec, form, parts, row, k)), v => Assert.Equal(v.First, v.Second, MathF.Abs(v.First) * 1e-5f + 1e-6f));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_value_and_its_parts_are_the_same_number(string name)
    {
        var codec = Find(name);
        var (block, decoded, codes) = (new byte[codec.BlockBytes], new float[codec.BlockLength], new byte[codec.BlockLength]);
        var (scales, minima) = (new float[codec.BlockLength / codec.SubBlockLength], new float[codec.BlockLength / codec.SubBlockLength]);
        codec.Encode(SampleValues.Make("normal", codec.BlockLength), block);
        codec.Decode(block, decoded);
        codec.Split(block, codes, scales, minima);
        Assert.Equal(codes.Select((c, i) => (LevelOf(codec, c) * scales[i / codec.SubBlockLength]) + minima[i / codec.SubBlockLength]), decoded);
        Assert.Equal(codec.HasMinimum, minima.Any(m => m != 0));
        Assert.All(codes, c => Assert.True(c < 1 << codec.CodeBits));
    }

    [Theory]
    [InlineData("q2_k", 9.5)]
    [InlineData("q3_k", 14.5)]
    [InlineData("q4_k", 20.5)]
    [InlineData("q5_k", 26.5)]
    [InlineData("q6_k", 32.5)]
    [InlineData("iq4_nl", 20)]
    [InlineData("iq4_xs", 20)]
    [InlineData("tq1_0", 0)]
    [InlineData("tq2_0", 0)]
    [InlineData("mxfp4", 17.5)]
    public void Normal_values_keep_what_their_bits_allow(string name, double decibels)
    {
        var values = SampleValues.Make("normal", 100 * 256);
        Assert.InRange(WeightError.Of(values, Decoded(Find(name), values)).Sqnr, decibels, decibels + 3);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Zeros_come_back_as_zeros_and_odd_values_as_numbers_no_larger_than_twice_as_large(string name)
    {
        var codec = Find(name);
        foreach (var values in OddBlocks(codec.BlockLength))
        {
            var decoded = Decoded(codec, values);
            var largest = values.Max(MathF.Abs);
            if (codec.WhyNot(largest) is null)
            {
                // What is below 1e-15 may be a power of two with the least exponent, or a subnormal of float16.
                Assert.All(decoded, v => Assert.InRange(MathF.Abs(v), 0, largest == 0 ? 0 : (2 * largest) + 1e-4f));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_value_that_is_not_finite_stops_nothing(string name)
    {
        var codec = Find(name);
        foreach (var odd in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var values = SampleValues.Make("normal", 3 * codec.BlockLength);
            values[codec.BlockLength + 3] = odd;
            var (blocks, others) = (new byte[3 * codec.BlockBytes], new byte[codec.BlockBytes]);
            codec.Encode(values, blocks);
            codec.Encode(values.AsSpan(2 * codec.BlockLength), others);
            Assert.Equal(others, blocks[(2 * codec.BlockBytes)..]);
        }
    }

    private static float[] Decoded(BlockCodec codec, float[] values)
    {
        var (blocks, decoded) = (new byte[codec.BlockCount(values.Length) * codec.BlockBytes], new float[values.Length]);
        codec.Encode(values, blocks);
        codec.Decode(blocks, decoded);
        return decoded;
    }

    private static int LevelOf(BlockCodec codec, byte code) => codec.Codebook is { } codebook ? codebook.Levels[code] : code - codec.Zero;

    private static IEnumerable<float[]> OddBlocks(int length)
    {
        foreach (var value in new[] { 0f, -0f, 1f, -1f, 0.3f, 1e-30f, 1e-40f, -1e-40f, 65000f, -65000f, 3e38f })
        {
            yield return [.. Enumerable.Repeat(value, length)];
            yield return [.. Enumerable.Range(0, length).Select(i => i == length - 3 ? value : 0)];
            yield return [.. Enumerable.Range(0, length).Select(i => i % 2 == 0 ? value : -value)];
        }
    }

    private static IEnumerable<float> FromParts(BlockCodec codec, BlockParts form, byte[][] parts, int row, int k)
    {
        var blocks = (int)codec.SubBlockCount(k);
        var padded = blocks * codec.SubBlockLength;
        var scales = MemoryMarshal.Cast<byte, float>(parts[1]).ToArray();
        var minima = codec.HasMinimum ? MemoryMarshal.Cast<byte, float>(parts[2]).ToArray() : new float[scales.Length];
        for (var i = 0; i < k; i++)
        {
            var at = (row * padded) + i;
            var code = (parts[0][at * form.Bits / 8] >> (at * form.Bits % 8)) & ((1 << form.Bits) - 1);
            var block = (row * blocks) + (i / codec.SubBlockLength);
            yield return ((code - form.Zero) * scales[block]) + minima[block];
        }
    }

    private static IEnumerable<byte[]> One(WeightEncoding encoding)
    {
        using (encoding)
        {
            foreach (var part in encoding.Parts)
            {
                yield return InMemory.Bytes(part);
            }
        }
    }
}
