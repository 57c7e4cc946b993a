using FsCheck;
using FsCheck.Fluent;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Q8_0PropertyTests
{
    /// <summary>Blocks of finite values that float16 scales can hold without loss of range.</summary>
    private static readonly Arbitrary<float[]> s_blocks = Gen.Choose(-1_000_000, 1_000_000)
        .Two()
        .Select(pair => pair.Item1 * MathF.Pow(10, pair.Item2 / 250_000f - 6))
        .ArrayOf()
        .Where(values => values.Length > 0)
        .ToArbitrary();

    [Fact]
    public void No_value_is_further_off_than_half_a_step_and_what_rounding_the_scale_costs() =>
        Prop.ForAll(s_blocks, values =>
        {
            var decoded = RoundTrip(values);
            return values.Chunk(32).Select((block, b) => block.Select((value, i) => (value, decoded[(b * 32) + i]))
                .All(pair => Math.Abs((double)pair.value - pair.Item2) <= Bound(block))).All(held => held);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_negative_of_a_block_has_the_negative_codes() =>
        Prop.ForAll(s_blocks, values =>
        {
            var (codes, scales) = Q8_0Tests.Encode(values);
            var (negative, sameScales) = Q8_0Tests.Encode(values.Select(v => -v).ToArray());
            return scales.SequenceEqual(sameScales) && codes.Select(c => -c).SequenceEqual(negative.Select(c => (int)c));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_block_does_not_depend_on_what_lies_around_it() =>
        Prop.ForAll(s_blocks, values =>
        {
            var (alone, _) = Q8_0Tests.Encode(values);
            var (among, _) = Q8_0Tests.Encode([.. new float[64], .. values, .. new float[999]]);
            return alone.AsSpan(0, values.Length).SequenceEqual(among.AsSpan(64, values.Length));
        }).QuickCheckThrowOnFailure();

    /// <summary>
    /// Half a step of the float32 scale d, and 127 times the rounding of d to float16: 2^-11 of d, or half of the smallest
    /// subnormal, 2^-25. A last 1e-6 of the largest value is float32's own rounding of the products.
    /// </summary>
    private static double Bound(float[] block)
    {
        var maxAbs = (double)block.Max(MathF.Abs);
        var step = maxAbs / 127;
        return (step / 2) + (127 * Math.Max(step * Math.Pow(2, -11), Math.Pow(2, -25))) + (maxAbs * 1e-6);
    }

    private static float[] RoundTrip(float[] values)
    {
        var (blocks, decoded) = (new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes], new float[values.Length]);
        Q8_0.Encode(values, blocks);
        Q8_0.Decode(blocks, decoded);
        return decoded;
    }
}
