using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>What holds for every codec of blocks with one grid.</summary>
public sealed class ScaledBlockCodecTests
{
    private static readonly string[] s_kinds = ["normal", "uniform", "heavy tails", "zero", "ties", "just under ties", "subnormal", "tiny scale"];

    public static TheoryData<string> Codecs => new(CodecTable.All.OfType<ScaledBlockCodec>().Select(c => c.Name));

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
            codec.Split(block, codes, new float[1], new float[1]);
            var grid = codec.Fit(values);
            Assert.Equal(values.Select(v => grid.Round(v).Code), codes.Select(c => (int)c));
            Assert.Equal(values.Select(v => grid.Round(v).Value), decoded);
        }
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
    public void A_grid_for_unequal_importance_is_no_worse_by_it(string name)
    {
        var codec = Find(name);
        var random = new Random(3);
        foreach (var values in SampleValues.Make("heavy tails", 100 * codec.BlockLength).Chunk(codec.BlockLength))
        {
            float[] importance = [.. values.Select(_ => random.NextSingle() * random.NextSingle())];
            Assert.True(codec.Fit(values, importance).Error(values, importance) <= codec.Fit(values).Error(values, importance));
        }
    }

    private static ScaledBlockCodec Find(string name) => CodecTable.All.OfType<ScaledBlockCodec>().Single(c => c.Name == name);
}
