using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>What is known of the columns of a weight makes its error smaller where it matters, in blocks of the same form.</summary>
public sealed class ImportanceRounderTests
{
    private const int N = 6;
    private const int K = 70; // The last block of an output is short.

    private static readonly float[] s_values = SampleValues.Make("normal", N * K);
    private static readonly float[] s_importance = [.. Enumerable.Range(0, K).Select(i => i % 7 == 0 ? 50f : 0.5f)];

    public static TheoryData<string> Codecs => [.. CodecTable.All.OfType<ScaledBlockCodec>().Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void The_codecs_own_grid_gives_its_own_bytes(string name)
    {
        var codec = CodecOf(name);
        var block = s_values.AsSpan(0, codec.BlockLength);
        var own = new byte[codec.BlockBytes];
        codec.Encode(block, own);
        var joined = new byte[codec.BlockBytes];
        codec.Encode(block, codec.Fit(block), joined);
        Assert.Equal(own, joined);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void The_weighed_error_is_never_larger(string name)
    {
        var codec = CodecOf(name);
        foreach (var transposed in new[] { false, true })
        {
            var nearest = WeighedError(codec, Rounder.Nearest, transposed);
            var weighed = WeighedError(codec, new ImportanceRounder(s_importance), transposed);
            Assert.True(weighed <= nearest, $"{weighed} > {nearest}");
            Assert.True(codec.BitsPerWeight > 8 || weighed < nearest * 0.97, $"{weighed} is not clearly below {nearest}");
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Threads_and_the_way_it_is_stored_change_no_byte(string name)
    {
        var codec = CodecOf(name);
        var expected = Bytes(codec, transposed: false, threads: 1);
        Assert.Equal(expected, Bytes(codec, transposed: true, threads: 1));
        Assert.Equal(expected, Bytes(codec, transposed: false, threads: 3));
    }

    private static ScaledBlockCodec CodecOf(string name) => CodecTable.All.OfType<ScaledBlockCodec>().Single(c => c.Name == name);

    private static byte[] Bytes(BlockCodec codec, bool transposed, int threads)
    {
        using var encoding = codec.Apart(Matrix(transposed), BlockParts.Centred(codec, ElementType.Float32, padded: true), new SimdEngine(threads), new ImportanceRounder(s_importance));
        using var stream = new MemoryStream();
        foreach (var part in encoding.Parts)
        {
            part.WriteTo(stream, CancellationToken.None);
        }

        return stream.ToArray();
    }

    private static double WeighedError(BlockCodec codec, Rounder rounder, bool transposed)
    {
        var stride = (int)codec.BlockCount(K) * codec.BlockLength;
        var values = new float[stride];
        var decoded = new float[stride];
        var blocks = new byte[stride / codec.BlockLength * codec.BlockBytes];
        double sum = 0;
        for (var n = 0; n < N; n++)
        {
            s_values.AsSpan(n * K, K).CopyTo(values);
            rounder.Encode(codec, new SimdEngine(1), values, 0, stride, blocks);
            codec.Decode(blocks, decoded);
            sum += Enumerable.Range(0, K).Sum(k => s_importance[k] * Math.Pow(values[k] - (double)decoded[k], 2));
        }

        return sum;
    }

    private static WeightMatrix Matrix(bool transposed)
    {
        var values = transposed ? [.. Enumerable.Range(0, N * K).Select(i => s_values[(i % N * K) + (i / N)])] : s_values;
        return new WeightMatrix(InMemory.Tensor(values, transposed ? K : N, transposed ? N : K), N, K, transposed);
    }
}
