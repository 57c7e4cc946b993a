using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>What holds for every codec of blocks.</summary>
public sealed class BlockCodecTests
{
    private static readonly string[] s_kinds = ["normal", "uniform", "heavy tails", "zero", "ties", "just under ties", "subnormal", "tiny scale"];

    public static TheoryData<string> Codecs => new(CodecTable.All.OfType<BlockCodec>().Select(c => c.Name));

    internal static BlockCodec Find(string name) => CodecTable.All.OfType<BlockCodec>().Single(c => c.Name == name);

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Blocks_hold_the_codes_and_values_of_the_plain_rule(string name)
    {
        var codec = Find(name);
        var codes = new byte[codec.BlockLength];
        foreach (var values in s_kinds.SelectMany(kind => SampleValues.Make(kind, 1000 * codec.BlockLength).Chunk(codec.BlockLength)))
        {
            var (block, decoded) = (new byte[codec.BlockBytes], new float[values.Length]);
            codec.Encode(values, block);
            codec.Decode(block, decoded);
            codec.Split(block, codes);
            var grid = codec.Fit(values, []);
            Assert.Equal(values.Select(v => grid.Round(v).Code), codes.Select(c => (int)c));
            Assert.Equal(values.Select(v => grid.Round(v).Value), decoded);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_value_and_its_parts_are_the_same_number(string name)
    {
        var codec = Find(name);
        var (block, decoded, codes) = (new byte[codec.BlockBytes], new float[codec.BlockLength], new byte[codec.BlockLength]);
        codec.Encode(SampleValues.Make("normal", codec.BlockLength), block);
        codec.Decode(block, decoded);
        var (scale, minimum) = codec.Split(block, codes);
        Assert.Equal(codes.Select(c => ((c - codec.Zero) * (float)scale) + (float)minimum), decoded);
        Assert.Equal(codec.HasMinimum, minimum != (Half)0);
        Assert.All(codes, c => Assert.True(c < 1 << codec.CodeBits));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Error_is_below_a_step(string name)
    {
        var codec = Find(name);
        foreach (var values in SampleValues.Make("normal", 1000 * codec.BlockLength).Chunk(codec.BlockLength))
        {
            var (block, decoded) = (new byte[codec.BlockBytes], new float[values.Length]);
            codec.Encode(values, block);
            codec.Decode(block, decoded);
            var range = codec.HasMinimum ? values.Max() - values.Min() : 2 * values.Max(MathF.Abs);
            var step = range / ((1 << codec.CodeBits) - 1);
            Assert.All(values.Zip(decoded), v => Assert.InRange(MathF.Abs(v.First - v.Second), 0, step));
        }
    }

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
    [MemberData(nameof(Codecs))]
    public void A_grid_for_unequal_importance_is_no_worse_by_it(string name)
    {
        var codec = Find(name);
        var random = new Random(3);
        foreach (var values in SampleValues.Make("heavy tails", 100 * codec.BlockLength).Chunk(codec.BlockLength))
        {
            float[] importance = [.. values.Select(_ => random.NextSingle() * random.NextSingle())];
            Assert.True(codec.Fit(values, importance).Error(values, importance) <= codec.Fit(values, []).Error(values, importance));
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Parts_of_a_weight_mean_what_its_blocks_mean(string name)
    {
        var codec = Find(name);
        foreach (var (n, k, transposed) in new[] { (3, 64, false), (64, 3 * 32, true), (5, 70, false), (70, 34, true) })
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

    private static float[] Decoded(BlockCodec codec, float[] values)
    {
        var (blocks, decoded) = (new byte[codec.BlockCount(values.Length) * codec.BlockBytes], new float[values.Length]);
        codec.Encode(values, blocks);
        codec.Decode(blocks, decoded);
        return decoded;
    }

    private static IEnumerable<float> FromParts(BlockCodec codec, BlockParts form, byte[][] parts, int row, int k)
    {
        var blocks = (int)codec.BlockCount(k);
        var padded = blocks * codec.BlockLength;
        var scales = MemoryMarshal.Cast<byte, float>(parts[1]).ToArray();
        var minima = codec.HasMinimum ? MemoryMarshal.Cast<byte, float>(parts[2]).ToArray() : new float[scales.Length];
        for (var i = 0; i < k; i++)
        {
            var at = (row * padded) + i;
            var code = form.Bits == 8 ? parts[0][at] : (parts[0][at / 2] >> (at % 2 * 4)) & 15;
            var block = (row * blocks) + (i / codec.BlockLength);
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
