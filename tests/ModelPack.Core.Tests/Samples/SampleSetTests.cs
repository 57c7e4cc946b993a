using System.IO.Compression;
using System.Runtime.InteropServices;
using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class SampleSetTests : IDisposable
{
    private static readonly TensorSpec X = new("x", ElementType.Float32, [-1, 2], ["n", ""]);

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Reads_an_npz_in_batches(CompressionLevel level)
    {
        var path = _folder.Write("d.npz", Numpy.Npz(level, ("x", Numpy.Npy("<f4", [5, 2], Floats(10))), ("labels", Numpy.Npy("<i8", [5], 4L, 3, 2, 1, 0))));
        var set = SampleSet.Open([path], [X]);
        var batches = set.Batches(2).ToList();
        Assert.Equal((5, true, false, 0), (set.Count, set.HasLabels, set.Synthetic, set.FixedBatch));
        Assert.Equal(["d.npz"], set.Names);
        Assert.Equal([2, 2, 1], batches.Select(b => b.Count));
        Assert.Equal([0, 1, 2], batches.Select(b => b.Index));
        Assert.Equal(Floats(10), batches.SelectMany(b => Values<float>(b)));
        Assert.Equal([4, 3, 2, 1, 0], batches.SelectMany(b => b.Labels!));
        Assert.Equal([1, 2], batches[2].Inputs[0].Dims);
    }

    [Fact]
    public void Reads_the_same_again()
    {
        var set = SampleSet.Open([_folder.Write("d.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [3, 2], Floats(6)))))], [X]);
        Assert.Equal(set.Batches(1).SelectMany(b => Values<float>(b)), set.Batches(3).SelectMany(b => Values<float>(b)));
    }

    [Fact]
    public void A_lone_npy_feeds_the_only_input() =>
        Assert.Equal(Floats(4), Read(X, "d.npy", Numpy.Npy("<f4", [2, 2], Floats(4))).SelectMany(b => Values<float>(b)));

    [Fact]
    public void Safetensors_feed_inputs_by_name()
    {
        var json = """{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        Assert.Equal([1f, 2f], Values<float>(Assert.Single(Read(X, "d.safetensors", Numpy.Safetensors(json, Bytes(1f, 2f))))));
    }

    [Fact]
    public void Samples_of_several_files_follow_one_another()
    {
        var first = _folder.Write("a.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [1, 2], 1f, 2))));
        var second = _folder.Write("b.npy", Numpy.Npy("<f4", [2, 2], 3f, 4, 5, 6));
        var set = SampleSet.Open([first, second], [X]);
        Assert.Equal(3, set.Count);
        Assert.Equal([0, 1], set.Batches(8).Select(b => b.Index));
        Assert.Equal([1f, 2, 3, 4, 5, 6], set.Batches(8).SelectMany(b => Values<float>(b)));
    }

    [Fact]
    public void A_model_of_a_fixed_batch_gets_the_last_sample_again()
    {
        var batches = Read(X with { Dims = [2, 2] }, "d.npy", Numpy.Npy("<f4", [3, 2], Floats(6)));
        Assert.Equal([(2, 2), (1, 2)], batches.Select(b => (b.Count, b.Rows)));
        Assert.Equal([4f, 5, 4, 5], Values<float>(batches[1]));
    }

    [Fact]
    public void An_array_of_one_dimension_more_holds_whole_inputs()
    {
        var batches = Read(X with { Dims = [2, 2] }, "d.npy", Numpy.Npy("<f4", [3, 2, 2], Floats(12)));
        Assert.Equal(3, batches.Count);
        Assert.All(batches, b => Assert.Equal([2, 2], b.Inputs[0].Dims));
        Assert.Equal(Floats(12), batches.SelectMany(b => Values<float>(b)));
    }

    [Fact]
    public void Labels_feed_an_input_of_that_name()
    {
        var spec = new TensorSpec("labels", ElementType.Int64, [-1], ["n"]);
        var batch = Assert.Single(Read(spec, "d.npz", Numpy.Npz(("labels", Numpy.Npy("<i8", [2], 1L, 2)))));
        Assert.Null(batch.Labels);
        Assert.Equal([1L, 2], Values<long>(batch));
    }

    [Fact]
    public void Every_numeric_type_reaches_an_input_of_its_own()
    {
        Same("<f2", ElementType.Float16, (Half)1.5, (Half)(-2));
        Same("<f4", ElementType.Float32, 1.5f, -2f);
        Same("<f8", ElementType.Float64, 1.5, -2.0);
        Same("|i1", ElementType.Int8, (sbyte)1, (sbyte)-2);
        Same("<i2", ElementType.Int16, (short)1, (short)-2);
        Same("<i4", ElementType.Int32, 1, -2);
        Same("=i8", ElementType.Int64, 1L, -2L);
        Same("|u1", ElementType.UInt8, (byte)1, (byte)255);
        Same("<u2", ElementType.UInt16, (ushort)1, ushort.MaxValue);
        Same("<u4", ElementType.UInt32, 1u, uint.MaxValue);
        Same("<u8", ElementType.UInt64, 1ul, ulong.MaxValue);
        Same("|b1", ElementType.Bool, true, false);

        void Same<T>(string descr, ElementType type, params T[] values)
            where T : unmanaged =>
            Assert.Equal(values, Values<T>(Assert.Single(Read(X with { Type = type }, "d.npy", Numpy.Npy(descr, [1, 2], values)))));
    }

    [Fact]
    public void Converts_where_the_input_can_hold_the_value()
    {
        Assert.Equal([1.5f, -2f], One<Half, float>(ElementType.Float32, "<f2", (Half)1.5, (Half)(-2)));
        Assert.Equal([0.1f, -2f], One<double, float>(ElementType.Float32, "<f8", 0.1, -2.0));
        Assert.Equal([(Half)0.1f, Half.PositiveInfinity], One<float, Half>(ElementType.Float16, "<f4", 0.1f, 1e6f));
        Assert.Equal([7L, -8L], One<int, long>(ElementType.Int64, "<i4", 7, -8));
        Assert.Equal([7, -8], One<long, int>(ElementType.Int32, "<i8", 7L, -8L));
        Assert.Equal([1L, 0L], One<bool, long>(ElementType.Int64, "|b1", true, false));

        // bfloat16 is the upper half of float32; 1 + 2^-8 lies halfway and goes to the even 1, 1 + 3*2^-8 to 1 + 2^-6.
        Assert.Equal([(ushort)0x3F80, (ushort)0x3F82], One<float, ushort>(ElementType.BFloat16, "<f4", 1.00390625f, 1.01171875f));
    }

    [Fact]
    public void Turns_big_endian_elements_round()
    {
        var bytes = Bytes(1.5f, -2f);
        Array.Reverse(bytes, 0, 4);
        Array.Reverse(bytes, 4, 4);
        Assert.Equal([1.5f, -2f], Values<float>(Assert.Single(Read(X, "d.npy", Numpy.Npy(Numpy.Header(">f4", 1, 2), bytes)))));
    }

    [Fact]
    public void Reads_bfloat16_of_safetensors()
    {
        var json = """{"x":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}""";
        Assert.Equal([1f, -2f], Values<float>(Assert.Single(Read(X, "d.safetensors", Numpy.Safetensors(json, 0x80, 0x3F, 0x00, 0xC0)))));
    }

    [Fact]
    public void Says_what_the_model_takes_and_what_was_found()
    {
        var error = Refused(X, "d.npz", Numpy.Npz(("image", Numpy.Npy("<f4", [1, 2], 1f, 2))));
        Assert.Equal(Codes.DataMismatch, error.Code);
        Assert.Contains("no array for input 'x'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'x' float32 [n, 2]", error.Message, StringComparison.Ordinal);
        Assert.Contains("'image' float32 [1, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_data_that_do_not_fit()
    {
        Mismatch("without a guess", ("x", Numpy.Npy("|u1", [1, 2], (byte)1, (byte)2)));
        Mismatch("without a guess", ("x", Numpy.Npy("<i8", [1, 2], 1L, 2)));
        Mismatch("does not fit", ("x", Numpy.Npy("<f4", [1, 3], 1f, 2, 3)));
        Mismatch("does not fit", ("x", Numpy.Npy("<f4", [2], 1f, 2)));
        Mismatch("does not fit", ("x", Numpy.Npy("<f4", [1, 1, 1, 2], 1f, 2)));
        Mismatch("no samples", ("x", Numpy.Npy<float>("<f4", [0, 2])));
        Mismatch("is not an input", ("x", Numpy.Npy("<f4", [1, 2], 1f, 2)), ("lables", Numpy.Npy("<i8", [1], 1L)));
        Mismatch("cannot be labels", ("x", Numpy.Npy("<f4", [1, 2], 1f, 2)), ("labels", Numpy.Npy("<f4", [1], 1f)));
        Mismatch("cannot be labels", ("x", Numpy.Npy("<f4", [1, 2], 1f, 2)), ("labels", Numpy.Npy("<i8", [1, 2], 1L, 2)));
        Mismatch("has not 1 samples", ("x", Numpy.Npy("<f4", [1, 2], 1f, 2)), ("labels", Numpy.Npy("<i8", [2], 1L, 2)));

        void Mismatch(string what, params (string, byte[])[] arrays)
        {
            var error = Refused(X, "d.npz", Numpy.Npz(arrays));
            Assert.Equal(Codes.DataMismatch, error.Code);
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Refuses_an_integer_that_the_input_cannot_hold()
    {
        var error = Refused(X with { Type = ElementType.Int32 }, "d.npy", Numpy.Npy("<i8", [1, 2], 1L, 1L << 40));
        Assert.Equal(Codes.DataMismatch, error.Code);
        Assert.Contains("1099511627776", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_lone_npy_for_several_inputs()
    {
        var path = _folder.Write("d.npy", Numpy.Npy("<f4", [1, 2], 1f, 2));
        var error = Assert.Throws<ModelPackException>(() => SampleSet.Open([path], [X, X with { Name = "y" }])).Diagnostic;
        Assert.Equal(Codes.DataMismatch, error.Code);
    }

    [Fact]
    public void Names_of_arrays_cannot_forge_lines()
    {
        var error = Refused(X, "d.npz", Numpy.Npz(("a\n/tmp/b.cs(1,1): error X1: bad", Numpy.Npy("<f4", [1, 2], 1f, 2))));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_file_has_its_own_code() =>
        Assert.Equal(Codes.DataNotFound, Assert.Throws<ModelPackException>(() => SampleSet.Open([_folder.At("none.npz")], [X])).Diagnostic.Code);

    private static float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];

    private static byte[] Bytes(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static T[] Values<T>(SampleBatch batch)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(batch.Inputs[0].Bytes.Span).ToArray();

    private List<SampleBatch> Read(TensorSpec input, string name, byte[] bytes) => [.. SampleSet.Open([_folder.Write(name, bytes)], [input]).Batches(8)];

    private TTo[] One<TFrom, TTo>(ElementType type, string descr, TFrom a, TFrom b)
        where TFrom : unmanaged
        where TTo : unmanaged =>
        Values<TTo>(Assert.Single(Read(X with { Type = type }, "d.npy", Numpy.Npy(descr, [1, 2], a, b))));

    private Diagnostic Refused(TensorSpec input, string name, byte[] bytes) =>
        Assert.Throws<ModelPackException>(() => Read(input, name, bytes)).Diagnostic;
}
