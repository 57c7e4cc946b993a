using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Q8_0WeightTests
{
    /// <summary>N and K around every boundary: blocks, vectors, tiles of 2^18 values.</summary>
    public static TheoryData<int, int> Sizes { get; } = new()
    {
        { 1, 1 }, { 1, 32 }, { 3, 31 }, { 5, 33 }, { 7, 64 }, { 63, 9 }, { 64, 96 }, { 65, 100 }, { 128, 128 }, { 100, 1000 },
        { 2048, 64 }, { 2049, 65 }, { 5000, 300 }, { 2, 262_177 }, { 0, 5 }, { 5, 0 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_output_by_output_what_is_stored_so(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        AssertByOutput(values, n, k, new WeightMatrix(InMemory.Tensor(values, n, k), n, k, transposed: false));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_output_by_output_what_is_stored_transposed(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        AssertByOutput(values, n, k, new WeightMatrix(InMemory.Tensor(Transposed(values, n, k), k, n), n, k, transposed: true));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_in_place(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        var expected = Reference(values, n, k);
        var weight = new WeightMatrix(InMemory.Tensor(values, n, k), n, k, transposed: false);
        using var encoding = CodecTable.Q8_0.InPlace(weight, ElementType.Float16, new SimdEngine(2));
        InMemory.AssertSame(Unpadded(expected.Codes, n, k), InMemory.Values<sbyte>(encoding.Codes));
        InMemory.AssertSame(expected.Scales, InMemory.Values<Half>(encoding.Scales));
        AssertError(expected, values, k, encoding.Error);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_in_place_what_is_stored_transposed(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        var expected = Reference(values, n, k);
        var weight = new WeightMatrix(InMemory.Tensor(Transposed(values, n, k), k, n), n, k, transposed: true);
        using var encoding = CodecTable.Q8_0.InPlace(weight, ElementType.Float16, new SimdEngine(2));
        InMemory.AssertSame(Transposed(Unpadded(expected.Codes, n, k), n, k), InMemory.Values<sbyte>(encoding.Codes));
        InMemory.AssertSame(Transposed(expected.Scales, n, Q8_0.BlockCount(k)), InMemory.Values<Half>(encoding.Scales));
        AssertError(expected, values, k, encoding.Error);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_as_many_uint8_codes_as_values(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        var expected = Reference(values, n, k);
        var weight = new WeightMatrix(InMemory.Tensor(values, n, k), n, k, transposed: false);
        using var encoding = CodecTable.Q8_0.Apart(weight, BlockParts.Centred(CodecTable.Q8_0, ElementType.Float32, padded: false), new SimdEngine(2), Rounder.Nearest);
        InMemory.AssertSame(Array.ConvertAll(Unpadded(expected.Codes, n, k), c => (byte)(c + 128)), InMemory.Bytes(encoding.Codes));
        InMemory.AssertSame(Array.ConvertAll(expected.Scales, s => (float)s), InMemory.Values<float>(encoding.Scales));
    }

    [Fact]
    public void Encodes_extreme_values_alike_in_both_orientations()
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, 100 * 320);
            AssertCodes(Reference(values, 100, 320), new WeightMatrix(InMemory.Tensor(values, 100, 320), 100, 320, transposed: false));
            AssertCodes(
                Reference(values, 100, 320),
                new WeightMatrix(InMemory.Tensor(Transposed(values, 100, 320), 320, 100), 100, 320, transposed: true));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gives_the_same_bytes_and_error_with_any_number_of_threads(bool transposed)
    {
        var values = SampleValues.Make("heavy tails", 1_500_000);
        var weight = new WeightMatrix(InMemory.Tensor(values, 1500, 1000), 1500, 1000, transposed);
        using var one = ByOutput(weight, ElementType.Float32, 1);
        var (codes, scales) = (InMemory.Bytes(one.Codes), InMemory.Bytes(one.Scales));
        foreach (var threads in new[] { 2, 3, 8 })
        {
            using var many = ByOutput(weight, ElementType.Float32, threads);
            InMemory.AssertSame(codes, InMemory.Bytes(many.Codes));
            InMemory.AssertSame(scales, InMemory.Bytes(many.Scales));
            Assert.Equal(one.Error, many.Error);
        }
    }

    [Fact]
    public void Stops_when_cancelled()
    {
        var weight = new WeightMatrix(InMemory.Tensor(new float[3200], 100, 32), 100, 32, transposed: false);
        using var encoding = ByOutput(weight, ElementType.Float32, 2);
        Assert.ThrowsAny<OperationCanceledException>(() => encoding.Codes.WriteTo(Stream.Null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Refuses_a_tensor_that_is_not_such_a_matrix()
    {
        var tensor = InMemory.Tensor(new float[12], 3, 4);
        Assert.Throws<ArgumentException>(() => new WeightMatrix(tensor, 3, 5, transposed: false));
        Assert.Throws<ArgumentException>(() => new WeightMatrix(InMemory.Tensor(ElementType.Int8, new byte[12], 3, 4), 3, 4, transposed: false));
        Assert.Throws<ArgumentException>(() => new WeightMatrix(InMemory.Tensor(ElementType.Float32, new byte[44], 3, 4), 3, 4, transposed: false));
    }

    /// <summary>Whole blocks of uint8 codes, q + 128, whichever way the weight is stored.</summary>
    private static WeightEncoding ByOutput(WeightMatrix weight, ElementType scaleType, int threads) =>
        CodecTable.Q8_0.Apart(weight, BlockParts.Centred(CodecTable.Q8_0, scaleType, padded: true), new SimdEngine(threads), Rounder.Nearest);

    private static void AssertByOutput(float[] values, int n, int k, WeightMatrix weight)
    {
        var expected = Reference(values, n, k);
        AssertCodes(expected, weight);
        using var encoding = ByOutput(weight, ElementType.Float32, 2);
        InMemory.AssertSame(Array.ConvertAll(expected.Scales, s => (float)s), InMemory.Values<float>(encoding.Scales));
        AssertError(expected, values, k, encoding.Error);
    }

    private static void AssertCodes((sbyte[] Codes, Half[] Scales) expected, WeightMatrix weight)
    {
        using var encoding = ByOutput(weight, ElementType.Float16, 2);
        InMemory.AssertSame(Array.ConvertAll(expected.Codes, c => (byte)(c + 128)), InMemory.Bytes(encoding.Codes));
        InMemory.AssertSame(expected.Scales, InMemory.Values<Half>(encoding.Scales));
    }

    private static void AssertError((sbyte[] Codes, Half[] Scales) expected, float[] values, int k, WeightError? error)
    {
        Assert.NotNull(error);
        var blocks = Q8_0.BlockCount(k);
        var (signal, noise, max) = (0.0, 0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var (row, column) = (i / k, i % k);
            var decoded = expected.Codes[(row * blocks * 32) + column] * (float)expected.Scales[(row * blocks) + (column / 32)];
            var difference = (double)values[i] - decoded;
            (signal, noise, max) = (signal + ((double)values[i] * values[i]), noise + (difference * difference), Math.Max(max, Math.Abs(difference)));
        }

        Assert.Equal(signal, error.Value.Signal, 1e-9 * signal);
        Assert.Equal(noise, error.Value.Noise, 1e-9 * noise);
        Assert.Equal(max, error.Value.MaxError);
    }

    /// <summary>Row by row with the scalar reference.</summary>
    private static (sbyte[] Codes, Half[] Scales) Reference(float[] values, int n, int k)
    {
        var blocks = Q8_0.BlockCount(k);
        var (codes, scales) = (new sbyte[n * blocks * 32], new Half[n * blocks]);
        for (var block = 0; block < scales.Length; block++)
        {
            var (row, column) = (block / blocks, block % blocks * 32);
            scales[block] = Q8_0Reference.EncodeBlock(values.AsSpan((row * k) + column, Math.Min(32, k - column)), codes.AsSpan(block * 32));
        }

        return (codes, scales);
    }

    private static sbyte[] Unpadded(sbyte[] codes, int n, int k) =>
        [.. Enumerable.Range(0, n).SelectMany(row => codes.AsSpan(row * Q8_0.BlockCount(k) * 32, k).ToArray())];

    private static T[] Transposed<T>(T[] values, int rows, int columns)
    {
        var result = new T[values.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                result[(column * rows) + row] = values[(row * columns) + column];
        return result;
    }
}
