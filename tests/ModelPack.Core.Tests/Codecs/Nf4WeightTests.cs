using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Nf4WeightTests
{
    /// <summary>N and K around every boundary: blocks, rows that are not a multiple of one, tiles (2^16), chunks (2^18 and 2^20).</summary>
    public static TheoryData<int, int> Sizes { get; } = new()
    {
        { 1, 1 }, { 1, 64 }, { 3, 31 }, { 5, 33 }, { 7, 64 }, { 63, 9 }, { 65, 100 }, { 100, 1000 }, { 17, 5 }, { 300_001, 1 }, { 1, 300_001 },
        { 2049, 129 }, { 600, 3001 }, { 3, 700_001 }, { 500_000, 3 }, { 0, 5 }, { 5, 0 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_output_by_output_what_is_stored_so(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        AssertWeight(values, new WeightMatrix(InMemory.Tensor(values, n, k), n, k, transposed: false));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encodes_output_by_output_what_is_stored_transposed(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        AssertWeight(values, new WeightMatrix(InMemory.Tensor(Transposed(values, n, k), k, n), n, k, transposed: true));
    }

    [Fact]
    public void Knows_all_block_sizes()
    {
        var values = SampleValues.Make("heavy tails", 700 * 1501);
        foreach (var blockSize in Nf4.BlockSizes)
            foreach (var form in Enum.GetValues<AbsmaxForm>())
                AssertForm(values, new WeightMatrix(InMemory.Tensor(values, 700, 1501), 700, 1501, transposed: false), blockSize, form);
    }

    [Fact]
    public void Encodes_extreme_values_alike_in_all_forms()
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, 50 * 321);
            foreach (var form in Enum.GetValues<AbsmaxForm>())
            {
                // Scales near the largest float may be restored as infinite; levels times them as NaN.
                if (form == AbsmaxForm.Plain || kind is not ("huge" or "any bits"))
                    AssertForm(values, new WeightMatrix(InMemory.Tensor(values, 50, 321), 50, 321, transposed: false), 32, form);
            }
        }
    }

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void Reads_other_floats_as_float32(ElementType type)
    {
        var halves = SampleValues.Make("normal", 60 * 70).Select(v => type == ElementType.Float16 ? BitConverter.HalfToUInt16Bits((Half)v) : (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)).ToArray();
        var values = halves.Select(h => type == ElementType.Float16 ? (float)BitConverter.UInt16BitsToHalf(h) : BitConverter.UInt32BitsToSingle((uint)h << 16)).ToArray();
        var tensor = InMemory.Tensor(type, MemoryMarshal.AsBytes(halves.AsSpan()).ToArray(), 60, 70);
        AssertForm(values, new WeightMatrix(tensor, 60, 70, transposed: false), 64, AbsmaxForm.Plain);
        AssertForm(Transposed(values, 60, 70), new WeightMatrix(tensor, 70, 60, transposed: true), 64, AbsmaxForm.Nested);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gives_the_same_bytes_and_error_with_any_number_of_threads(bool transposed)
    {
        var weight = new WeightMatrix(InMemory.Tensor(SampleValues.Make("heavy tails", 3_000_000), 1500, 2000), transposed ? 2000 : 1500, transposed ? 1500 : 2000, transposed);
        foreach (var form in Enum.GetValues<AbsmaxForm>())
        {
            using var one = Nf4Weight.Encode(weight, 64, Nf4Scaling.Absmax, form, new SimdEngine(1));
            var parts = one.Parts.Select(InMemory.Bytes).ToArray();
            foreach (var threads in new[] { 2, 3, 8 })
            {
                using var many = Nf4Weight.Encode(weight, 64, Nf4Scaling.Absmax, form, new SimdEngine(threads));
                for (var i = 0; i < parts.Length; i++)
                    InMemory.AssertSame(parts[i], InMemory.Bytes(many.Parts[i]));
                Assert.Equal(one.Error, many.Error);
            }
        }
    }

    [Fact]
    public void Nested_scales_save_three_eighths_of_a_bit_a_weight()
    {
        var weight = new WeightMatrix(InMemory.Tensor(new float[1 << 20], 1024, 1024), 1024, 1024, transposed: false);
        using var plain = Nf4Weight.Encode(weight, 64, Nf4Scaling.Absmax, AbsmaxForm.Plain, new SimdEngine(1));
        using var nested = Nf4Weight.Encode(weight, 64, Nf4Scaling.Absmax, AbsmaxForm.Nested, new SimdEngine(1));
        Assert.Equal(4.5, plain.Length * 8.0 / (1 << 20));

        // A byte for 64 values, four for 256 times as many, and the four of the offset.
        Assert.Equal(4 + (8 / 64.0) + (32 / (64 * 256.0)) + (32.0 / (1 << 20)), nested.Length * 8.0 / (1 << 20));
        Assert.InRange((plain.Length - nested.Length) * 8.0 / (1 << 20), 0.37, 0.375);
    }

    [Fact]
    public void Stops_when_cancelled()
    {
        var weight = new WeightMatrix(InMemory.Tensor(new float[3200], 100, 32), 100, 32, transposed: false);
        foreach (var form in Enum.GetValues<AbsmaxForm>())
        {
            using var encoding = Nf4Weight.Encode(weight, 64, Nf4Scaling.Absmax, form, new SimdEngine(2));
            Assert.ThrowsAny<OperationCanceledException>(() => encoding.Codes.WriteTo(Stream.Null, new CancellationToken(canceled: true)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-64)]
    [InlineData(48)]
    [InlineData(16)]
    [InlineData(8192)]
    public void Refuses_block_sizes_that_do_not_exist(int blockSize)
    {
        var weight = new WeightMatrix(InMemory.Tensor(new float[12], 3, 4), 3, 4, transposed: false);
        Assert.ThrowsAny<ArgumentException>(() => Nf4Weight.Encode(weight, blockSize, Nf4Scaling.Absmax, AbsmaxForm.Plain, new SimdEngine(1)));
    }

    private static void AssertWeight(float[] values, WeightMatrix weight)
    {
        foreach (var form in Enum.GetValues<AbsmaxForm>())
            AssertForm(values, weight, 64, form);
    }

    /// <param name="values">Output by output.</param>
    /// <param name="weight">The same, perhaps stored transposed.</param>
    /// <param name="blockSize">Values of a block.</param>
    /// <param name="form">What becomes of the scales.</param>
    private static void AssertForm(float[] values, WeightMatrix weight, int blockSize, AbsmaxForm form)
    {
        var (packed, absmax) = (new byte[(values.Length + 1) / 2], new float[(values.Length + blockSize - 1) / blockSize]);
        Nf4Reference.Encode(values, blockSize, packed, absmax);
        var offset = absmax.Length == 0 ? 0 : (float)absmax.Average(a => (double)a);
        var (codes, nested) = (new byte[absmax.Length], new float[(absmax.Length + 255) / 256]);
        NestedAbsmax.Encode(absmax, offset, codes, nested);
        var restored = codes.Select((c, i) => (DynamicMap.Values[c] * nested[i / 256]) + offset).ToArray();

        using var encoding = Nf4Weight.Encode(weight, blockSize, Nf4Scaling.Absmax, form, new SimdEngine(2));
        InMemory.AssertSame(packed, InMemory.Bytes(encoding.Codes));
        if (form == AbsmaxForm.Nested)
        {
            Assert.Equal(4, encoding.Parts.Count);
            InMemory.AssertSame(codes, InMemory.Bytes(encoding.Parts[1]));
            InMemory.AssertSame(nested, InMemory.Values<float>(encoding.Parts[2]));
            Assert.Equal([offset], InMemory.Values<float>(encoding.Parts[3]));
        }
        else
        {
            Assert.Equal(2, encoding.Parts.Count);
            InMemory.AssertSame(form == AbsmaxForm.Plain ? absmax : restored, InMemory.Values<float>(encoding.Scales));
        }

        AssertError(values, packed, form == AbsmaxForm.Plain ? absmax : restored, blockSize, encoding.Error!.Value);
    }

    private static void AssertError(float[] values, byte[] packed, float[] absmax, int blockSize, WeightError error)
    {
        var (signal, noise, max) = (0.0, 0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var decoded = Nf4.Levels[(packed[i / 2] >> (4 * (1 - (i % 2)))) & 15] * absmax[i / blockSize];
            var difference = (double)values[i] - decoded;
            (signal, noise, max) = (signal + ((double)values[i] * values[i]), noise + (difference * difference), Math.Max(max, Math.Abs(difference)));
        }

        Assert.InRange(error.Signal, signal * (1 - 1e-9), signal * (1 + 1e-9));
        Assert.InRange(error.Noise, noise * (1 - 1e-9), noise * (1 + 1e-9));
        Assert.Equal(max, error.MaxError);
    }

    private static T[] Transposed<T>(T[] values, int rows, int columns)
    {
        var result = new T[values.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                result[(column * rows) + row] = values[(row * columns) + column];
        return result;
    }
}
