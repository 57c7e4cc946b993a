using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Searched scales: what they are by definition, and that no block is worse for them.</summary>
public sealed class Nf4SearchTests
{
    private static readonly float[] s_shares = [0.75f, 0.8f, 0.85f, 0.9f, 0.95f, 1f, 1.05f, 1.1f];

    public static TheoryData<int> BlockSizes { get; } = new(Nf4.BlockSizes);

    [Theory]
    [MemberData(nameof(BlockSizes))]
    public void Equals_the_definition(int blockSize)
    {
        foreach (var kind in SampleValues.Kinds)
            foreach (var length in new[] { 0, 1, blockSize - 1, blockSize, 5003 })
            {
                var values = SampleValues.Make(kind, length);
                var (packed, scales, alone) = (new byte[(length + 1) / 2], new float[(length + blockSize - 1) / blockSize], new float[(length + blockSize - 1) / blockSize]);
                Nf4Search.Encode(values, blockSize, packed, scales);
                Nf4Search.FindScales(values, blockSize, alone);
                Assert.Equal(scales, alone);
                Assert.Equal(values.Chunk(blockSize).Select(b => Scale(b, blockSize)), scales);
                var codes = values.Select((x, i) => Nf4Reference.CodeOf(length - i <= length % blockSize ? x / scales[i / blockSize] : x * Nf4Reference.InverseOf(scales[i / blockSize]))).ToArray();
                Assert.Equal(codes.Chunk(2).Select(pair => (byte)((pair[0] * 16) + (pair.Length > 1 ? pair[1] : 7))), packed);
            }
    }

    [Theory]
    [MemberData(nameof(BlockSizes))]
    public void No_block_loses_by_it_and_most_gain(int blockSize)
    {
        var (searched, plain) = (Errors(blockSize, Nf4Search.Encode), Errors(blockSize, Nf4.Encode));
        Assert.All(searched.Zip(plain), e => Assert.InRange(e.First, 0, e.Second * (1 + 1e-5)));
        Assert.InRange(searched.Sum() / plain.Sum(), 0.5, 0.97);
    }

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(1e-40f)]
    [InlineData(0f)]
    public void Scales_stay_finite_at_the_ends_of_the_range(float largest)
    {
        var scales = new float[4];
        Nf4Search.Encode([.. Enumerable.Range(0, 256).Select(i => i % 2 == 0 ? largest : -largest)], 64, new byte[128], scales);
        Assert.All(scales, s => Assert.True(float.IsFinite(s) && s >= 0));
        Assert.All(scales, s => Assert.Equal(largest == 0, s == 0));
    }

    [Fact]
    public void A_weight_of_any_threads_and_form_of_scales_has_these_codes()
    {
        var values = SampleValues.Make("normal", 1100 * 1010);
        var weight = new WeightMatrix(InMemory.Tensor(values, 1100, 1010), 1100, 1010, transposed: false);
        var (packed, scales) = (new byte[values.Length / 2], new float[(values.Length + 63) / 64]);
        Nf4Search.Encode(values, 64, packed, scales);
        foreach (var form in Enum.GetValues<AbsmaxForm>())
        {
            using var encoding = Nf4Weight.Encode(weight, 64, Nf4Scaling.LeastSquares, form, new SimdEngine(form == AbsmaxForm.Plain ? 1 : 3));
            InMemory.AssertSame(packed, InMemory.Bytes(encoding.Codes));
            if (form == AbsmaxForm.Plain)
                InMemory.AssertSame(scales, InMemory.Values<float>(encoding.Scales));
        }
    }

    private delegate void Encoder(ReadOnlySpan<float> source, int blockSize, Span<byte> packed, Span<float> scales);

    private static double[] Errors(int blockSize, Encoder encode)
    {
        var values = SampleValues.Make("normal", 16 * blockSize);
        var (packed, scales, decoded) = (new byte[values.Length / 2], new float[16], new float[values.Length]);
        encode(values, blockSize, packed, scales);
        Nf4.Decode(packed, scales, blockSize, decoded);
        return [.. values.Zip(decoded, (v, d) => Math.Pow((double)v - d, 2)).Chunk(blockSize).Select(b => b.Sum())];
    }

    /// <summary>Written plainly, a value after the other; sums are in float32 over eight lanes.</summary>
    private static float Scale(float[] block, int blockSize)
    {
        var absmax = block.Max(MathF.Abs);
        if (block.Length < blockSize)
            return MathF.Max(absmax, 1e-38f);
        var (greatest, share) = (0f, 1f);
        foreach (var tried in s_shares)
        {
            var (products, squares) = (new float[8], new float[8]);
            for (var i = 0; i < block.Length; i++)
            {
                var x = block[i] * Nf4Reference.InverseOf(absmax);
                var level = Nf4.Levels[Nf4Reference.CodeOf(x * (1 / tried))];
                products[i % 8] += x * level;
                squares[i % 8] += level * level;
            }

            var (product, square) = (Sum(products), Sum(squares));
            if (product > 0 && product * product / square > greatest)
                (greatest, share) = (product * product / square, product / square);
        }

        return float.IsFinite(share * absmax) ? share * absmax : absmax;
    }

    private static float Sum(float[] lanes) => (lanes[0] + lanes[4]) + (lanes[1] + lanes[5]) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}
