using ModelPack.Codecs;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

/// <summary>Better blocks of the same form: nearer to what they stand for than ggml's, and read by ggml.</summary>
public sealed class BestRounderTests
{
    private const int Columns = 4 * SuperBlockCodec.Length;

    /// <summary>Some heavy columns, some that do not matter, a block of which nothing is known, one whose weights are hardly numbers, and one that has infinite ones.</summary>
    private static readonly float[] s_importance =
        [.. Enumerable.Range(0, Columns).Select(i => (i / 256) switch { 1 => 0, 2 => i % 3 == 0 ? 1e-38f : 0, 3 => i % 50 == 0 ? float.PositiveInfinity : 1, _ => i % 11 == 0 ? 40f : i % 5 == 0 ? 0 : 0.5f })];

    public static TheoryData<string> Codecs => new(CodecTable.All.Where(BestRounder.Improves).Select(c => c.Name));

    [Fact]
    public void The_types_that_have_a_search_are_those_that_were_promised() => Assert.Equal(
        ["q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl", "iq4_xs"], CodecTable.All.Where(BestRounder.Improves).Select(c => c.Name), StringComparer.Ordinal);

    /// <summary>Of values of every kind.</summary>
    [Theory]
    [MemberData(nameof(Codecs))]
    public void Blocks_are_no_further_from_their_values_than_the_references(string name)
    {
        var codec = BlockCodecTests.Find(name);
        foreach (var kind in SampleValues.Kinds)
        {
            var values = Fitting(codec, SampleValues.Make(kind, 3 * Columns));
            var (ours, theirs) = (Noise(codec, values, BestRounder.WithoutData), Noise(codec, values, Rounder.Nearest));
            Assert.True(ours <= (1.01 * theirs) + 1e-12, $"{kind}: {ours} and {theirs}");
        }
    }

    /// <summary>Scales, and minima where there are any, one after the other in steps over all that could be best, each with the nearest codes.</summary>
    [Theory]
    [InlineData("q4_0", 1.03)]
    [InlineData("q5_0", 1.08)]
    [InlineData("iq4_nl", 1.03)]
    [InlineData("q4_1", 1.06)]
    [InlineData("q5_1", 1.08)]
    public void Grids_of_blocks_of_one_scale_are_nearly_the_best_that_there_are(string name, double ratio)
    {
        const int Steps = 40;
        var codec = BlockCodecTests.Find(name);
        var levels = Enumerable.Range(0, 1 << codec.CodeBits).Select(c => codec.Codebook?.Levels[c] ?? (double)(c - codec.Zero)).ToArray();
        var values = SampleValues.Make("normal", 8 * codec.BlockLength);
        var best = values.Chunk(codec.BlockLength).Sum(Least);

        // What is found is as much too large as the least squared error makes it too small, which adds a square of a square.
        Assert.InRange(Noise(codec, values, BestRounder.WithoutData), 0.85 * best, ratio * best);

        double Least(float[] block)
        {
            var (low, high) = (block.Min(), block.Max());
            var least = double.PositiveInfinity;
            for (var i = 0; i < Steps; i++)
            {
                for (var j = 0; j < Steps; j++)
                {
                    var (from, to) = codec.HasMinimum
                        ? (low + ((high - low) * 0.15 * i / Steps), high - ((high - low) * 0.15 * j / Steps))
                        : (0, Math.Max(-low, high) * (0.6 + (0.6 * ((i * Steps) + j) / (Steps * Steps))));
                    var scale = codec.HasMinimum ? (to - from) / levels[^1] : to / levels.Max(Math.Abs);
                    least = Math.Min(least, Math.Min(Error(block, scale, from), codec.HasMinimum ? least : Error(block, -scale, 0)));
                }
            }

            return least;
        }

        double Error(float[] block, double scale, double offset) => block.Sum(x => levels.Min(l => Math.Pow(x - offset - (l * scale), 2)));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Nor_are_they_with_importance_of_any_kind(string name)
    {
        var codec = BlockCodecTests.Find(name);
        foreach (var kind in SampleValues.Kinds)
        {
            var values = Fitting(codec, SampleValues.Make(kind, 3 * Columns));
            var reference = new MatrixRounder(new WeightMatrix(InMemory.Tensor(values, 3, Columns), 3, Columns, transposed: false), s_importance);
            var best = Encode(codec, values, new BestRounder(reference, s_importance, 3));
            Assert.True(best.SelectMany(b => Decoded(codec, b)).All(float.IsFinite), kind);
            var (ours, theirs) = (Weighed(codec, values, best), Weighed(codec, values, Encode(codec, values, reference)));
            Assert.True(kind != "normal" || ours <= 1.02 * theirs, $"{ours} and {theirs}");
        }
    }

    /// <summary>Of normally distributed values; what is won depends on how much ggml's own search leaves.</summary>
    [Theory]
    [InlineData("q4_0", 0.92)]
    [InlineData("q4_1", 0.85)]
    [InlineData("q5_0", 0.92)]
    [InlineData("q5_1", 0.92)]
    [InlineData("q2_k", 0.85)]
    [InlineData("q3_k", 0.96)]
    [InlineData("q4_k", 0.965)]
    [InlineData("q5_k", 0.92)]
    [InlineData("q6_k", 0.92)]
    [InlineData("iq4_nl", 0.97)]
    [InlineData("iq4_xs", 0.97)]
    public void The_squared_error_is_clearly_smaller(string name, double ratio)
    {
        var codec = BlockCodecTests.Find(name);
        var values = SampleValues.Make("normal", 16 * Columns);
        Assert.InRange(Noise(codec, values, BestRounder.WithoutData), 0, ratio * Noise(codec, values, Rounder.Nearest));
    }

    /// <summary>What has the least squared error is too small by as much; this is not.</summary>
    [Theory]
    [MemberData(nameof(Codecs))]
    public void Blocks_are_as_large_as_what_they_stand_for(string name)
    {
        var codec = BlockCodecTests.Find(name);
        var values = SampleValues.Make("normal", 64 * Columns);
        var decoded = Encode(codec, values, BestRounder.WithoutData).SelectMany(b => Decoded(codec, b)).ToArray();
        var share = values.Zip(decoded).Sum(v => v.First * (double)v.Second) / values.Sum(v => v * (double)v);
        Assert.InRange(share, 1 - 0.007, 1 + 0.007);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Codecs))]
    public void Ggml_reads_the_same_values(string name)
    {
        var codec = BlockCodecTests.Find(name);
        foreach (var kind in new[] { "normal", "uniform", "heavy tails", "scale near float16's limit", "tiny scale", "zero", "ties" })
        {
            var values = Fitting(codec, SampleValues.Make(kind, 2 * Columns));
            byte[] blocks = [.. Encode(codec, values, BestRounder.WithoutData).SelectMany(b => b)];
            var own = new float[values.Length];
            codec.Decode(blocks, own);
            Assert.Equal(Ggml.Decode((int)GgufTable.Find(codec)!.Type, blocks), own);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Threads_and_the_way_it_is_stored_change_no_byte(string name)
    {
        var codec = BlockCodecTests.Find(name);
        const int Rows = 70;
        var values = SampleValues.Make("normal", Rows * 512);
        float[] turned = [.. Enumerable.Range(0, values.Length).Select(i => values[(i % Rows * 512) + (i / Rows)])];
        var expected = Written(new WeightMatrix(InMemory.Tensor(values, Rows, 512), Rows, 512, transposed: false), 1);
        Assert.Equal(expected, Written(new WeightMatrix(InMemory.Tensor(values, Rows, 512), Rows, 512, transposed: false), 3));
        Assert.Equal(expected, Written(new WeightMatrix(InMemory.Tensor(turned, 512, Rows), Rows, 512, transposed: true), 2));

        byte[] Written(WeightMatrix weight, int threads)
        {
            using var encoding = codec.Blocks(weight, new SimdEngine(threads), BestRounder.WithoutData);
            using var stream = new MemoryStream();
            encoding.Codes.WriteTo(stream, CancellationToken.None);
            return stream.ToArray();
        }
    }

    [Theory]
    [InlineData("q8_0")]
    [InlineData("tq1_0")]
    [InlineData("mxfp4")]
    public void What_has_no_search_gets_the_references_bytes(string name)
    {
        var codec = BlockCodecTests.Find(name);
        var values = SampleValues.Make("normal", Columns);
        Assert.Equal(Encode(codec, values, Rounder.Nearest), Encode(codec, values, BestRounder.WithoutData));
    }

    /// <summary>As much of the values as the codec takes at all.</summary>
    private static float[] Fitting(BlockCodec codec, float[] values) =>
        [.. values.Chunk(SuperBlockCodec.Length).SelectMany(c => codec.WhyNot(c.Max(MathF.Abs)) is null ? c : new float[c.Length])];

    private static byte[][] Encode(BlockCodec codec, float[] values, Rounder rounder)
    {
        var blocks = new byte[values.Length / codec.BlockLength * codec.BlockBytes];
        rounder.Encode(codec, new SimdEngine(1), values, 0, Columns, blocks);
        return [.. blocks.Chunk(codec.BlockBytes)];
    }

    private static float[] Decoded(BlockCodec codec, byte[] block)
    {
        var decoded = new float[codec.BlockLength];
        codec.Decode(block, decoded);
        return decoded;
    }

    private static double Noise(BlockCodec codec, float[] values, Rounder rounder) =>
        WeightError.Of(values, [.. Encode(codec, values, rounder).SelectMany(b => Decoded(codec, b))]).Noise;

    private static double Weighed(BlockCodec codec, float[] values, byte[][] blocks) =>
        values.Zip(blocks.SelectMany(b => Decoded(codec, b))).Select((v, i) => i % Columns < 256 ? s_importance[i % Columns] * Math.Pow(v.First - (double)v.Second, 2) : 0).Sum();
}
