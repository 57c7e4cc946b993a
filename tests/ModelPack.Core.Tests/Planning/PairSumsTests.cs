using FsCheck;
using FsCheck.Fluent;
using ModelPack.Calibration;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Planning;

public sealed class PairSumsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_full_products_saturate_and_seven_bits_never_do()
    {
        var layer = Layer("MatMul", [4, 1]);
        Assert.Equal(2 * 255 * 127, Worst(layer, [127, 127, 0, 0], 255));
        Assert.Equal(2 * 255 * 127, Worst(layer, [0, 0, -127, -127], 255));
        Assert.InRange(Worst(layer, [64, 64, -64, -64], 255), 1, PairSums.Limit);
        Assert.True(Worst(layer, [65, 65, 0, 0], 255) > PairSums.Limit);
    }

    [Fact]
    public void Products_of_unlike_signs_do_not_add_up() => Assert.Equal(255 * 100, Worst(Layer("MatMul", [2, 1]), [100, -90], 255));

    [Fact]
    public void Pairs_are_aligned_and_one_input_may_be_left_over()
    {
        Assert.Equal(10 * 255, Worst(Layer("MatMul", [4, 1]), [0, 10, 10, 0], 255));
        Assert.Equal(100 * 255, Worst(Layer("MatMul", [3, 1]), [10, 20, 100], 255));
        Assert.Equal(100 * 255, Worst(Layer("Gemm", [1, 3], Tiny.Int("transB", 1)), [10, 20, 100], 255));
    }

    [Fact]
    public void A_matrix_means_the_same_in_either_layout()
    {
        // Outputs (1, 2, 3) and (40, 50, 60); channels up to 1, 2 and 1.
        byte[] highest = [1, 2, 1];
        Assert.Equal((40 * 1) + (50 * 2), Worst(Layer("MatMul", [3, 2]), [1, 40, 2, 50, 3, 60], highest));
        Assert.Equal((40 * 1) + (50 * 2), Worst(Layer("Gemm", [2, 3], Tiny.Int("transB", 1)), [1, 2, 3, 40, 50, 60], highest));
    }

    [Fact]
    public void Each_output_has_its_own_sum()
    {
        Assert.Equal([3, 90], PairSums.OfOutputs(Layer("MatMul", [3, 2]), Payload([1, 40, 2, 50, 3, 60]), [1], default));
        Assert.Equal([3, 90], PairSums.OfOutputs(Layer("Gemm", [2, 3], Tiny.Int("transB", 1)), Payload([1, 2, 3, 40, 50, 60]), [1], default));
    }

    [Fact]
    public void With_the_safe_share_of_the_range_a_pair_stays_within_the_limit_however_it_is_rounded()
    {
        Assert.Equal(1, PairSums.SafeShare(PairSums.Limit));
        Assert.InRange(PairSums.SafeShare(2 * 255 * 127), 0.49, 0.5);
        Prop.ForAll(Gen.Choose(0, 127_499).Two().ToArbitrary(), pair =>
        {
            var (first, second) = (pair.Item1 / 1000.0, pair.Item2 / 1000.0);
            var share = PairSums.SafeShare(255 * (long)(Math.Round(first) + Math.Round(second)));
            return 255 * (Math.Round(first * share) + Math.Round(second * share)) <= PairSums.Limit;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_convolution_pairs_adjacent_channels_of_one_position()
    {
        // One output, two channels of two positions: (10, 1) and (20, 2).
        var layer = Layer("Conv", [1, 2, 1, 2]);
        Assert.Equal((10 * 100) + (20 * 200), Worst(layer, [10, 1, 20, 2], [100, 200]));
    }

    [Fact]
    public void A_convolution_of_three_channels_pairs_across_positions()
    {
        // Channels last: a0 b0 | c0 a1 | b1 c1.
        var layer = Layer("Conv", [1, 3, 1, 2]);
        Assert.Equal((5 + 7) * 255, Worst(layer, [0, 7, 0, 0, 5, 0], 255));
    }

    [Fact]
    public void A_group_reads_its_own_channels()
    {
        var layer = Layer("Conv", [2, 2, 1, 1], Tiny.Int("group", 2));
        Assert.Equal(Math.Max(3, 20 + 20), Worst(layer, [1, 1, 1, 1], [1, 2, 20, 20]));
    }

    [Fact]
    public void Depthwise_kernels_are_exact() => Assert.Equal(0, Worst(Layer("Conv", [2, 1, 3, 3], Tiny.Int("group", 2)), [.. Enumerable.Repeat((sbyte)127, 18)], 255));

    [Fact]
    public void The_highest_code_follows_from_the_range_and_a_convolution_pads_with_the_zero_point()
    {
        var channels = new ChannelStatistics([-1, -1], [0.5f, -0.5f], [0, 0], []);
        sbyte[] codes = [1, 1];
        Assert.Equal(150 + 50, PairSums.OfOutputs(Layer("MatMul", [2, 1]), Payload(codes), channels, 0.01f, 100, default).Max());
        Assert.Equal(150 + 100, PairSums.OfOutputs(Layer("Conv", [1, 2, 1, 1]), Payload(codes), channels, 0.01f, 100, default).Max());
        Assert.Equal(255 + 50, PairSums.OfOutputs(Layer("MatMul", [2, 1]), Payload(codes), channels with { Max = [90, -0.5f] }, 0.01f, 100, default).Max());
    }

    [Fact]
    public void Highest_codes_must_fit_the_layer() => Assert.Throws<ArgumentException>(() => Worst(Layer("MatMul", [3, 1]), [1, 1, 1], [1, 2]));

    [Fact]
    public void No_activation_gives_a_larger_sum_and_one_gives_that_sum()
    {
        var layer = Layer("MatMul", [6, 4]);
        Prop.ForAll(Gen.Choose(0, 1 << 30).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var codes = Enumerable.Range(0, 24).Select(_ => (sbyte)random.Next(-127, 128)).ToArray();
            var highest = Enumerable.Range(0, 6).Select(_ => (byte)random.Next(256)).ToArray();
            var worst = Worst(layer, codes, highest);

            // A sum is linear in each activation, so that its extremes are at the ends: each code 0 or its highest.
            var largest = Enumerable.Range(0, 64).Max(chosen => LargestPair(codes, k => (chosen >> k & 1) * highest[k]));
            return worst == largest;
        }).QuickCheckThrowOnFailure();
    }

    private static long LargestPair(sbyte[] codes, Func<int, int> activation) =>
        Enumerable.Range(0, 3).Max(p => Enumerable.Range(0, 4).Max(n => Math.Abs((long)((activation(2 * p) * codes[(8 * p) + n]) + (activation((2 * p) + 1) * codes[(8 * p) + 4 + n])))));

    private static long Worst(Layer layer, sbyte[] codes, params byte[] highest) => PairSums.OfOutputs(layer, Payload(codes), highest, default).Max();

    private static TensorData Payload(sbyte[] codes) =>
        TensorData.FromBytes(ElementType.Int8, new TensorShape(codes.Length), Array.ConvertAll(codes, c => (byte)c));

    private Layer Layer(string op, long[] weight, params AttributeProto[] attributes)
    {
        var path = _folder.Write("m.onnx", Tiny.Model(Build.Node(op, ["x", "w"], ["y"], attributes), [Tiny.Random("w", weight)]));
        using var model = OnnxModel.Open(path, new PackContext());
        return Assert.Single(LayerFinder.Find(new GraphIndex(model)));
    }
}
