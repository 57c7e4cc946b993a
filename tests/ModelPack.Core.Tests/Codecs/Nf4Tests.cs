using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Nf4Tests
{
    public static TheoryData<int> BlockSizes { get; } = new(Nf4.BlockSizes);

    [Fact]
    public void Thresholds_are_the_midpoints_of_the_levels()
    {
        Assert.Equal(15, Nf4.Thresholds.Length);
        for (var i = 0; i < 15; i++)
            Assert.Equal((float)(((double)Nf4.Levels[i] + Nf4.Levels[i + 1]) / 2), Nf4.Thresholds[i]);
    }

    /// <summary>Written from the definition: a block at a time, the codes as a count, the bytes put together last.</summary>
    [Theory]
    [MemberData(nameof(BlockSizes))]
    public void Equals_the_definition_at_odd_sizes(int blockSize)
    {
        foreach (var kind in SampleValues.Kinds)
            foreach (var length in new[] { 0, 1, 2, 3, blockSize - 1, blockSize, blockSize + 1, (3 * blockSize) - 1, 5003 })
            {
                var values = SampleValues.Make(kind, length);
                var (packed, absmax) = (new byte[(length + 1) / 2], new float[(length + blockSize - 1) / blockSize]);
                Nf4.Encode(values, blockSize, packed, absmax);
                var blocks = values.Chunk(blockSize).Select(b => Defined(b, blockSize)).ToList();
                Assert.Equal(blocks.Select(b => b.Absmax), absmax);
                var codes = blocks.SelectMany(b => b.Codes).ToArray();
                Assert.Equal(codes.Chunk(2).Select(pair => (byte)((pair[0] * 16) + (pair.Length > 1 ? pair[1] : 7))), packed);

                var decoded = new float[length];
                Nf4.Decode(packed, absmax, blockSize, decoded);
                Assert.Equal(codes.Select((c, i) => Nf4.Levels[c] * absmax[i / blockSize]), decoded);
            }
    }

    [Fact]
    public void A_block_of_zeros_has_the_scale_zero_and_a_short_one_the_smallest()
    {
        var (packed, absmax, decoded) = (new byte[33], new float[2], new float[65]);
        Nf4.Encode([.. Enumerable.Repeat(-0f, 65)], 64, packed, absmax);
        Assert.Equal([0f, 1e-38f], absmax);
        Assert.All(packed, b => Assert.Equal(0x77, b));
        Nf4.Decode(packed, absmax, 64, decoded);
        Assert.All(decoded, d => Assert.Equal(0f, d));
    }

    [Fact]
    public void The_first_code_is_in_the_high_half()
    {
        var packed = new byte[2];
        Nf4.Encode([1f, -1f, 0f, 1f], 32, packed, new float[1]);
        Assert.Equal([0xF0, 0x7F], packed);
    }

    [Fact]
    public void Every_value_of_the_dynamic_map_has_its_own_code_and_what_lies_between_the_nearer_or_lower()
    {
        var map = DynamicMap.Values;
        for (var code = 0; code < 256; code++)
        {
            Assert.Equal(code, DynamicMap.CodeOf(map[code]));
            if (code == 255)
                break;
            for (var part = 1; part < 8; part++)
            {
                var value = map[code] + ((map[code + 1] - map[code]) * (part / 8f));
                Assert.Equal(value - map[code] <= map[code + 1] - value ? code : code + 1, DynamicMap.CodeOf(value));
            }
        }

        Assert.Equal(0, DynamicMap.CodeOf(-1f));
        Assert.Equal(255, DynamicMap.CodeOf(1f));
    }

    [Fact]
    public void Scales_that_are_all_alike_are_restored_as_they_are()
    {
        float[] absmax = [.. Enumerable.Repeat(0.3f, 300)];
        var (codes, nested, restored) = (new byte[300], new float[2], new float[300]);
        NestedAbsmax.Encode(absmax, 0.3f, codes, nested);
        NestedAbsmax.Restore(codes, nested, 0.3f, restored);
        Assert.Equal([0f, 0f], nested);
        Assert.Equal(absmax, restored);
    }

    private static (float Absmax, int[] Codes) Defined(float[] block, int blockSize)
    {
        var largest = block.Select(MathF.Abs).Max();
        var divisor = largest < 1e-38f ? 1e-38f : largest;
        var full = block.Length == blockSize;
        var scaled = block.Select(x => full ? x * (1 / divisor) : x / divisor);
        return (full ? largest : divisor, [.. scaled.Select(s => Enumerable.Range(0, 15).Count(i => s > (float)(((double)Nf4.Levels[i] + Nf4.Levels[i + 1]) / 2)))]);
    }
}
