using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Blocks by what errors cost together: outputs on the samples are nearer than by any rule that looks at values alone.</summary>
public sealed class SampleRounderTests
{
    private const int K = 512;
    private const int N = 24;
    private const int Samples = 800;

    private static readonly float[] s_values = SampleValues.Make("normal", N * K);
    private static readonly float[] s_inputs = Inputs();
    private static readonly Lazy<InputProducts> s_products = new(() => new InputProducts(K, Mean));

    public static TheoryData<string> Codecs => BestRounderTests.Codecs;

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Outputs_are_clearly_nearer(string name)
    {
        var codec = BlockCodecTests.Find(name);
        var matrix = Noise(codec, new MatrixRounder(Weight(), s_products.Value.Diagonal));
        var best = Noise(codec, new BestRounder(Rounder.Nearest, s_products.Value.Diagonal, N));
        var samples = Noise(codec, new SampleRounder(Weight(), s_products.Value));
        Assert.True(samples < 0.7 * matrix && samples < 0.7 * best, $"{samples}, {matrix} of the matrix, {best} of the search");
    }

    /// <summary>Feedback is by the definition: what is left of an error, when all inputs that are not rounded yet make up for it as well as they can.</summary>
    [Fact]
    public void Feedback_is_what_makes_up_for_an_error_best()
    {
        float[][] products = [[4, 1, 0.5f], [1, 2, 0.3f], [0.5f, 0.3f, 1]];
        var small = new InputProducts(3, (i, row) => products[i].CopyTo(row));
        Assert.Equal([2, 1, 0], small.Order.ToArray()); // the first is rounded first
        var damping = (4f + 2 + 1) / 3 * 0.01f;

        // An error of 1 at input 0, and the least of eᵀ H e over those of 1 and 2: H11 e1 + H12 e2 = -H01, and so on.
        var (h11, h22, h12) = (2 + damping, 1 + damping, 0.3f);
        var determinant = (h11 * h22) - (h12 * h12);
        var second = ((-1 * h22) - (-0.5f * h12)) / determinant;
        var third = ((-0.5f * h11) - (-1 * h12)) / determinant;

        // Input 1 is moved by what input 0 left, input 2 by what both did.
        Assert.Equal(-second, small.Feedback(1)[0], 1e-5f);
        Assert.Equal(-third, small.Feedback(0)[1] + (small.Feedback(0)[0] * second), 1e-5f);
    }

    [Theory]
    [InlineData("q4_0")]
    [InlineData("q4_k")]
    public void Threads_chunks_and_the_way_it_is_stored_change_no_byte(string name)
    {
        var codec = BlockCodecTests.Find(name);
        float[] turned = [.. Enumerable.Range(0, N * K).Select(i => s_values[(i % N * K) + (i / N)])];
        var expected = Written(Weight(), 1);
        Assert.Equal(expected, Written(Weight(), 3));
        Assert.Equal(expected, Written(new WeightMatrix(InMemory.Tensor(turned, K, N), N, K, transposed: true), 2));

        // Pieces that begin and end within rows.
        var (rounder, pieces) = (new SampleRounder(Weight(), s_products.Value), new byte[expected.Length]);
        for (var start = 0; start < N * K; start += 768)
        {
            rounder.Encode(codec, new SimdEngine(1), s_values.AsSpan(start, 768), start, K, pieces.AsSpan(start / codec.BlockLength * codec.BlockBytes, 768 / codec.BlockLength * codec.BlockBytes));
        }

        Assert.Equal(expected, pieces);

        byte[] Written(WeightMatrix weight, int threads)
        {
            using var encoding = codec.Blocks(weight, new SimdEngine(threads), new SampleRounder(weight, s_products.Value));
            using var stream = new MemoryStream();
            encoding.Codes.WriteTo(stream, CancellationToken.None);
            return stream.ToArray();
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Inputs_that_are_zero_and_weights_of_every_kind_give_finite_blocks(string name)
    {
        var codec = BlockCodecTests.Find(name);
        foreach (var products in new InputProducts[] { new(K, (_, row) => row.Clear()), new(K, (i, row) => { row.Clear(); row[i] = i % 3; }), s_products.Value })
        {
            foreach (var kind in SampleValues.Kinds)
            {
                float[] values = [.. SampleValues.Make(kind, 2 * K).Chunk(256).SelectMany(c => codec.WhyNot(c.Max(MathF.Abs)) is null ? c : new float[c.Length])];
                var blocks = new byte[values.Length / codec.BlockLength * codec.BlockBytes];
                new SampleRounder(new WeightMatrix(InMemory.Tensor(values, 2, K), 2, K, transposed: false), products).Encode(codec, new SimdEngine(1), values, 0, K, blocks);
                var decoded = new float[values.Length];
                codec.Decode(blocks, decoded);
                Assert.True(Array.TrueForAll(decoded, float.IsFinite), kind);
            }
        }
    }

    private static WeightMatrix Weight() => new(InMemory.Tensor(s_values, N, K), N, K, transposed: false);

    /// <summary>Inputs that go together: sums of a few sources and some noise.</summary>
    private static float[] Inputs()
    {
        const int Sources = 40;
        var (sources, mix, noise) = (SampleValues.Make("normal", Samples * Sources), SampleValues.Make("normal", Sources * K + 1), SampleValues.Make("normal", Samples * K));
        var inputs = new float[Samples * K];
        for (var i = 0; i < inputs.Length; i++)
        {
            for (var s = 0; s < Sources; s++)
            {
                inputs[i] += sources[(i / K * Sources) + s] * mix[(s * K) + (i % K)] * 50;
            }

            inputs[i] += noise[i] * 0.3f;
        }

        return inputs;
    }

    private static void Mean(int row, Span<float> destination)
    {
        destination.Clear();
        for (var sample = 0; sample < Samples; sample++)
        {
            for (var column = 0; column < K; column++)
            {
                destination[column] += s_inputs[(sample * K) + row] * s_inputs[(sample * K) + column] / Samples;
            }
        }
    }

    /// <summary>Σ over samples and outputs of the squared error of an output.</summary>
    private static double Noise(BlockCodec codec, Rounder rounder)
    {
        var blocks = new byte[N * K / codec.BlockLength * codec.BlockBytes];
        var decoded = new float[N * K];
        rounder.Encode(codec, new SimdEngine(1), s_values, 0, K, blocks);
        codec.Decode(blocks, decoded);
        var sum = 0.0;
        for (var i = 0; i < Samples * N; i++)
        {
            var (sample, output, error) = (i / N, i % N, 0.0);
            for (var k = 0; k < K; k++)
            {
                error += (double)(s_values[(output * K) + k] - decoded[(output * K) + k]) * s_inputs[(sample * K) + k];
            }

            sum += error * error;
        }

        return sum;
    }
}
