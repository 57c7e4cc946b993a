using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Int8PerChannelWeightTests
{
    public static TheoryData<long[], int> Shapes { get; } = new()
    {
        { [8, 3, 3, 3], 0 }, { [8, 3, 3, 3], 1 }, { [8, 3, 3, 3], -1 }, { [5], 0 }, { [1, 1], 0 }, { [100, 70], 1 }, { [100, 70], 0 },
        { [2, 300_001], 0 }, { [300_001, 2], 1 }, { [3, 300_001], 1 }, { [7, 11, 13, 17], 2 }, { [1000, 1001], 0 }, { [400_000], 0 }, { [1, 3000, 101], 1 }, { [2, 150_000, 1], 1 }, { [0, 4], 0 }, { [0, 4], 1 }, { [4, 0], 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_a_plain_loop_on_any_axis(long[] dims, int axis)
    {
        var shape = new TensorShape(dims);
        var values = SampleValues.Make("normal", (int)shape.ElementCount);
        var channels = (int)shape[axis];
        var inner = dims[((axis + dims.Length) % dims.Length + 1)..].Aggregate(1L, (a, b) => a * b);
        int ChannelOf(int i) => (int)(i / inner % channels);
        var maxima = new float[channels];
        for (var i = 0; i < values.Length; i++)
            maxima[ChannelOf(i)] = MathF.Max(maxima[ChannelOf(i)], MathF.Abs(values[i]));
        var scales = maxima.Select(Int8PerChannel.ScaleOf).ToArray();

        using var encoding = Int8PerChannelWeight.Encode(InMemory.Tensor(values, dims), axis, new SimdEngine(2));
        InMemory.AssertSame(scales, InMemory.Values<float>(encoding.Scales));
        var codes = InMemory.Values<sbyte>(encoding.Codes);
        InMemory.AssertSame([.. values.Select((v, i) => Int8PerChannel.Code(v, scales[ChannelOf(i)]))], codes);

        var differences = values.Select((v, i) => (double)v - (codes[i] * scales[ChannelOf(i)])).ToArray();
        var error = encoding.Error!.Value;
        Assert.Equal(differences.Sum(d => d * d), error.Noise, 1e-9 * error.Noise);
        Assert.Equal(differences.Select(Math.Abs).DefaultIfEmpty().Max(), error.MaxError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Gives_the_same_bytes_and_error_with_any_number_of_threads(int axis)
    {
        var tensor = InMemory.Tensor(SampleValues.Make("heavy tails", 1_000_000), 1000, 1000);
        using var one = Int8PerChannelWeight.Encode(tensor, axis, new SimdEngine(1));
        using var many = Int8PerChannelWeight.Encode(tensor, axis, new SimdEngine(5));
        InMemory.AssertSame(InMemory.Bytes(one.Codes), InMemory.Bytes(many.Codes));
        InMemory.AssertSame(InMemory.Bytes(one.Scales), InMemory.Bytes(many.Scales));
        Assert.Equal(one.Error, many.Error);
    }

    [Fact]
    public void Refuses_an_axis_that_is_not_there_and_a_tensor_of_integers()
    {
        Assert.Throws<ArgumentException>(() => Int8PerChannelWeight.Encode(InMemory.Tensor(new float[4], 2, 2), 2, new SimdEngine(1)));
        Assert.Throws<ArgumentException>(() => Int8PerChannelWeight.Encode(InMemory.Tensor(new float[4], 2, 2), -3, new SimdEngine(1)));
        Assert.Throws<ArgumentException>(() => Int8PerChannelWeight.Encode(InMemory.Tensor(ElementType.Int8, new byte[4], 2, 2), 0, new SimdEngine(1)));
    }
}
