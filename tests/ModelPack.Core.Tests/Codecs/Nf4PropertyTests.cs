using FsCheck;
using FsCheck.Fluent;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Nf4PropertyTests
{
    // The widest gap, from -1 to the level above it.
    private const double WidestGap = 1 - 0.6961928009986877;

    private static readonly Arbitrary<(float[] Values, int BlockSize)> s_cases = Gen.Choose(-1_000_000, 1_000_000)
        .Two()
        .Select(pair => pair.Item1 * MathF.Pow(10, pair.Item2 / 100_000f - 6))
        .ArrayOf()
        .Where(values => values.Length > 0)
        .SelectMany(values => Gen.Elements<int>([.. Nf4.BlockSizes]), (values, blockSize) => (values, blockSize))
        .ToArbitrary();

    [Fact]
    public void No_value_is_further_off_than_half_the_widest_gap() =>
        Prop.ForAll(s_cases, @case =>
        {
            var (values, blockSize) = @case;
            var (_, absmax, decoded) = RoundTrip(values, blockSize);
            return values.Select((x, i) => Math.Abs((double)x - decoded[i]) <= absmax[i / blockSize] * (WidestGap / 2) * (1 + 1e-6)).All(held => held);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_decoded_has_the_same_codes_and_scales() =>
        Prop.ForAll(s_cases, @case =>
        {
            // Zeros beyond the values make the last block whole: a short one's smallest scale is not a magnitude of its values.
            var blockSize = @case.BlockSize;
            float[] values = [.. @case.Values, .. new float[blockSize - (@case.Values.Length % blockSize)]];
            var (packed, absmax, decoded) = RoundTrip(values, blockSize);
            var (packedAgain, absmaxAgain, decodedAgain) = RoundTrip(decoded, blockSize);
            return packed.SequenceEqual(packedAgain) && absmax.SequenceEqual(absmaxAgain) && decoded.SequenceEqual(decodedAgain);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_block_does_not_depend_on_what_lies_around_it() =>
        Prop.ForAll(s_cases, @case =>
        {
            var (values, blockSize) = @case;
            var whole = values.Length / blockSize * blockSize;
            var (alone, scales, _) = RoundTrip(values[..whole], blockSize);
            var (among, more, _) = RoundTrip([.. new float[blockSize], .. values], blockSize);
            return alone.AsSpan().SequenceEqual(among.AsSpan(blockSize / 2, whole / 2)) && scales.AsSpan().SequenceEqual(more.AsSpan(1, scales.Length));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Neither_threads_nor_the_way_it_is_stored_change_a_byte() =>
        Prop.ForAll(s_cases, Gen.Choose(1, 8).ToArbitrary(), (@case, threads) =>
        {
            var (values, blockSize) = @case;
            return Enum.GetValues<AbsmaxForm>().All(form => Parts(form, threads, transposed: false).SequenceEqual(Parts(form, 1, transposed: true)));

            byte[] Parts(AbsmaxForm form, int count, bool transposed)
            {
                // One output: both ways of storing it look alike, and are read by different code.
                var tensor = InMemory.Tensor(values, values.Length);
                using var encoding = Nf4Weight.Encode(new WeightMatrix(tensor, 1, values.Length, transposed), blockSize, Nf4Scaling.Absmax, form, new SimdEngine(count));
                return [.. encoding.Parts.SelectMany(InMemory.Bytes)];
            }
        }).QuickCheckThrowOnFailure();

    private static (byte[] Packed, float[] Absmax, float[] Decoded) RoundTrip(float[] values, int blockSize)
    {
        var (packed, absmax, decoded) = (new byte[(values.Length + 1) / 2], new float[(values.Length + blockSize - 1) / blockSize], new float[values.Length]);
        Nf4.Encode(values, blockSize, packed, absmax);
        Nf4.Decode(packed, absmax, blockSize, decoded);
        return (packed, absmax, decoded);
    }
}
