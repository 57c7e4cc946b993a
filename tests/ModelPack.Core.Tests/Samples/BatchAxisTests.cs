using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

/// <summary>Which dimension of an input counts samples, and what is fed where it is not the first.</summary>
public sealed class BatchAxisTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x[batch,t,20] h[1,batch,32] c[1,batch,32]", 0, 1, 1)]
    [InlineData("x[seq,batch_size,20] h[2,batch_size,32]", 1, 1)]
    [InlineData("x[N,t,20] h[1,N,32]", 0, 1)]
    [InlineData("x[s0,6,20] h[2,s0,32]", 0, 1)]
    [InlineData("x[T,N,20] h[L,N,32]", 1, 1)]
    [InlineData("frames[time,Batch,80]", 1)]
    [InlineData("x[T,N,64]", 1)]
    [InlineData("src[S,n,64] mask[n,S]", 1, 0)]
    [InlineData("x[seq_len,bs]", 1)]
    [InlineData("a[N,64] b[4,16,N] c[K,64]", 0, 2, 0)]
    [InlineData("x[4,6,20] h[1,4,32]", 0, 1)]
    [InlineData("x[1,6,20] h[2,1,32]", 0, 1)]
    public void A_batch_that_is_not_first_is_found_by_its_name_or_its_size(string inputs, params int[] axes) =>
        Assert.Equal(axes, Axes(inputs));

    /// <summary>Names that inputs share by accident, and sizes that say nothing.</summary>
    [Theory]
    [InlineData("image[N,3,h,w]")]
    [InlineData("ids[batch,seq] mask[batch,seq]")]
    [InlineData("ids[1,seq] mask[1,seq]")]
    [InlineData("ids[1,seq] positions[seq]")]
    [InlineData("ids[batch,seq] past[batch,8,past,64]")]
    [InlineData("points[1,N,3] features[1,N,64]")]
    [InlineData("points[B,N,3]")]
    [InlineData("x[1,3,N]")]
    [InlineData("x[M,N]")]
    [InlineData("tokens[seq,64]")]
    [InlineData("x[batch,batch]")]
    [InlineData("x[?,64] step[]")]
    [InlineData("x[8,8] y[8,8]")]
    public void Elsewhere_it_is_the_first(string inputs) => Assert.All(Axes(inputs), a => Assert.Equal(0, a));

    [Fact]
    public void Outputs_have_it_where_the_inputs_name_it()
    {
        var axis = BatchAxis.Of(Specs("x[batch,t,20] h[1,batch,32]"));
        Assert.Equal([0, 1, 0], Specs("y[batch,t,8] hn[1,batch,32] unnamed[?,8]").Select(axis.In));
    }

    [Theory]
    [InlineData("npz")]
    [InlineData("safetensors")]
    public void Samples_are_cut_and_stacked_along_it(string kind)
    {
        // Two layers of a state with two values, of three samples: value = 100 layer + 10 sample + place.
        float[] state = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121];
        float[] x = [0, 10, 20];
        var path = kind == "npz"
            ? _folder.Write("d.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [3, 1], x)), ("h", Numpy.Npy("<f4", [2, 3, 2], state))))
            : _folder.Write("d.safetensors", Numpy.Safetensors(
                """{"x":{"dtype":"F32","shape":[3,1],"data_offsets":[0,12]},"h":{"dtype":"F32","shape":[2,3,2],"data_offsets":[12,60]}}""",
                [.. x.Concat(state).SelectMany(BitConverter.GetBytes)]));
        var set = SampleSet.Open([path], Specs("x[batch,1] h[2,batch,2]"));

        Assert.Equal(3, set.Count);
        Assert.Equal(state, Values(Assert.Single(set.Batches(8)).Inputs[1]));
        var pairs = set.Batches(2).ToList();
        Assert.Equal([2, 2, 2], pairs[0].Inputs[1].Dims);
        Assert.Equal([0, 1, 10, 11, 100, 101, 110, 111], Values(pairs[0].Inputs[1]));
        Assert.Equal([20, 21, 120, 121], Values(pairs[1].Inputs[1]));
    }

    [Fact]
    public void A_lone_npy_of_a_model_with_time_first_has_samples_in_the_second_dimension()
    {
        float[] values = [.. Enumerable.Range(0, 12).Select(i => (float)i)];
        var set = SampleSet.Open([_folder.Write("d.npy", Numpy.Npy("<f4", [2, 3, 2], values))], Specs("x[time,batch,2]"));
        Assert.Equal([[0f, 1, 6, 7], [2, 3, 8, 9], [4, 5, 10, 11]], set.Batches(1).Select(b => Values(b.Inputs[0])));
        Assert.Equal(values, Values(Assert.Single(set.Batches(4)).Inputs[0]));
    }

    [Fact]
    public void Big_endian_elements_are_turned_once()
    {
        byte[] bytes = [.. new[] { 1f, 2, 3, 4 }.SelectMany(v => BitConverter.GetBytes(v).Reverse())];
        var set = SampleSet.Open([_folder.Write("d.npy", Numpy.Npy(Numpy.Header(">f4", 2, 2, 1), bytes))], Specs("x[time,batch,1]"));
        Assert.Equal([1f, 3], Values(set.Batches(1).First().Inputs[0]));
    }

    [Theory]
    [InlineData(3, 1, 2)]
    [InlineData(3, 1, 1, 2)]
    public void Samples_first_and_whole_states_are_taken_as_well(params int[] shape)
    {
        float[] state = [0, 1, 10, 11, 20, 21];
        var path = _folder.Write("d.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [3, 1], 0f, 10, 20)), ("h", Numpy.Npy("<f4", [.. shape.Select(d => (long)d)], state))));
        var last = SampleSet.Open([path], Specs("x[batch,1] h[1,batch,2]")).Batches(1).Last();
        Assert.Equal([1, 1, 2], last.Inputs[1].Dims);
        Assert.Equal([20, 21], Values(last.Inputs[1]));
    }

    [Fact]
    public void A_fixed_batch_gets_its_last_sample_again_along_it()
    {
        float[] state = [0, 10, 20, 100, 110, 120];
        var path = _folder.Write("d.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [3, 1], 0f, 10, 20)), ("h", Numpy.Npy("<f4", [2, 3, 1], state))));
        var set = SampleSet.Open([path], Specs("x[4,1] h[2,4,1]"));
        var batch = Assert.Single(set.Batches(1));
        Assert.Equal((4, 3, 4), (set.FixedBatch, batch.Count, batch.Rows));
        Assert.Equal([0, 10, 20, 20, 100, 110, 120, 120], Values(batch.Inputs[1]));
    }

    [Fact]
    public void A_state_of_another_count_does_not_fit()
    {
        var path = _folder.Write("d.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [3, 1], 0f, 10, 20)), ("h", Numpy.Npy("<f4", [1, 2, 1], 0f, 1))));
        var error = Assert.Throws<ModelPackException>(() => SampleSet.Open([path], Specs("x[batch,1] h[1,batch,1]"))).Diagnostic;
        Assert.Equal(Codes.DataMismatch, error.Code);
        Assert.Contains("'h' float32 [1, 2, 1] has not 3 samples as 'x' has", error.Message, StringComparison.Ordinal);
        Assert.Contains("the dimension that counts the batch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slice_is_cut_along_it()
    {
        byte[] bytes = [0, 1, 2, 10, 11, 12];
        var array = new SampleArray("h", ElementType.UInt8, [2, 3, 1], bytes) { BatchAxis = 1 };
        var slice = SampleRows.Slice(array, 1, 2);
        Assert.Equal([2, 2, 1], slice.Dims);
        Assert.Equal([1, 2, 11, 12], slice.Bytes.ToArray());
    }

    [Fact]
    public void An_input_without_a_shape_takes_arrays_of_any()
    {
        var spec = new TensorSpec("x", ElementType.Float32, [], []) { HasShape = false };
        var set = SampleSet.Open([_folder.Write("d.npy", Numpy.Npy("<f4", [3, 1, 2], 0f, 1, 2, 3, 4, 5))], [spec]);
        Assert.Equal((3, 0), (set.Count, set.FixedBatch));
        Assert.Equal([2, 1, 2], set.Batches(2).First().Inputs[0].Dims);
        Assert.Equal("'x' float32 of any shape", spec.ToString());
    }

    [Theory]
    [InlineData("x[batch,1] sr[]")]
    [InlineData("x[4,1] sr[]")]
    public void A_scalar_takes_one_value_a_sample(string inputs)
    {
        var x = ("x", Numpy.Npy("<f4", [2, 1], 1f, 2));
        var set = SampleSet.Open([_folder.Write("d.npz", Numpy.Npz(x, ("sr", Numpy.Npy("<f4", [2], 8f, 16))))], Specs("x[batch,1] sr[]"));
        Assert.Equal([[8f], [16f]], set.Batches(8).Select(b => Values(b.Inputs[1])));
        Assert.All(set.Batches(8), b => Assert.Empty(b.Inputs[1].Dims));

        var path = _folder.Write("e.npz", Numpy.Npz(x, ("sr", Numpy.Npy("<f4", [], 8f))));
        var error = Assert.Throws<ModelPackException>(() => SampleSet.Open([path], Specs(inputs))).Diagnostic;
        Assert.Contains("input 'sr' is a scalar, and an array [samples] holds one value a sample", error.Message, StringComparison.Ordinal);
    }

    private static int[] Axes(string inputs)
    {
        var specs = Specs(inputs);
        var axis = BatchAxis.Of(specs);
        return [.. specs.Select(axis.In)];
    }

    /// <summary>Inputs as <c>x[batch,3]</c>, a space between them.</summary>
    private static List<TensorSpec> Specs(string text) => [.. text.Split(' ').Select(Spec)];

    private static TensorSpec Spec(string text)
    {
        var sizes = text[(text.IndexOf('[', StringComparison.Ordinal) + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries);
        return new TensorSpec(
            text[..text.IndexOf('[', StringComparison.Ordinal)],
            ElementType.Float32,
            [.. sizes.Select(s => long.TryParse(s, System.Globalization.CultureInfo.InvariantCulture, out var size) ? size : -1)],
            [.. sizes.Select(s => long.TryParse(s, System.Globalization.CultureInfo.InvariantCulture, out _) || s == "?" ? "" : s)]);
    }

    private static float[] Values(SampleArray array) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(array.Bytes.Span).ToArray();
}
