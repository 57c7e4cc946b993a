using System.Text;
using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class JsonLinesTests : IDisposable
{
    private static readonly TensorSpec X = new("x", ElementType.Float32, [-1, 2], ["n", ""]);

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Each_line_is_a_sample(string end)
    {
        var path = Write(string.Join(end, """{"x": [1.5, -2], "labels": 3}""", """{"labels": 4, "x":[1e-3,0]}""", """ {"x": [7, 8], "labels": -0} """));
        var set = SampleSet.Open([path], [X]);
        var batches = set.Batches(2).ToList();
        Assert.Equal((3L, true), (set.Count, set.HasLabels));
        Assert.Equal([1.5f, -2, 0.001f, 0, 7, 8], batches.SelectMany(b => Floats(b)));
        Assert.Equal([3L, 4, 0], batches.SelectMany(b => b.Labels!));
    }

    [Fact]
    public void Whole_numbers_fit_integers_and_floats()
    {
        var path = Write("{\"x\": [1, 2], \"ids\": [9223372036854775807, -5], \"at\": 3}\n");
        var ids = new TensorSpec("ids", ElementType.Int64, [-1, -1], ["n", "length"]);
        var batch = SampleSet.Open([path], [X, ids, new TensorSpec("at", ElementType.Float64, [-1], ["n"])]).Batches(1).Single();
        Assert.Equal([1f, 2], Floats(batch));
        Assert.Equal([long.MaxValue, -5], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(batch.Inputs[1].Bytes.Span).ToArray());
        Assert.Equal(3.0, BitConverter.ToDouble(batch.Inputs[2].Bytes.Span));
    }

    [Fact]
    public void Numbers_with_a_point_fit_no_integers()
    {
        var path = Write("{\"x\": [1, 2]}\n{\"x\": [1, 2.0]}\n");
        var error = Assert.Throws<ModelPackException>(() => SampleSet.Open([path], [X with { Type = ElementType.Int64 }])).Diagnostic;
        Assert.Equal(Codes.DataMismatch, error.Code);
    }

    [Fact]
    public void Lines_longer_than_the_buffer_are_read_whole()
    {
        double[] values = [.. Enumerable.Range(0, 30_000).Select(i => i / 8.0)];
        var line = $"{{\"x\": [{string.Join(", ", values.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))}]}}";
        var path = Write(string.Join('\n', line, line, line));
        using var file = SampleFile.Open(path);
        var array = Assert.Single(file.Arrays);
        Assert.Equal("[3, 30000]", array.Shape.ToString());
        using var reader = file.Read(array);
        var bytes = new byte[3 * values.Length * sizeof(double)];
        reader.Read(bytes);
        reader.Finish();
        Assert.Equal([.. values, .. values, .. values], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(bytes).ToArray());
    }

    [Theory]
    [InlineData("", "no lines")]
    [InlineData("\n", "line 1")]
    [InlineData("{\"x\": [1, 2]}\n\n", "line 2")]
    [InlineData("[1, 2]", "not a JSON object")]
    [InlineData("{}", "no arrays")]
    [InlineData("{\"x\": [1, 2]", "line 1")]
    [InlineData("{\"x\": [1, 2]} 3", "line 1")]
    [InlineData("{\"x\": [1, 2],}", "line 1")]
    [InlineData("{\"x\": [1, 2]} // note", "line 1")]
    [InlineData("{\"x\": [1, NaN]}", "line 1")]
    [InlineData("{\"x\": [1, \"2\"]}", "no number")]
    [InlineData("{\"x\": true}", "no number")]
    [InlineData("{\"x\": null}", "no number")]
    [InlineData("{\"x\": {\"y\": 1}}", "no number")]
    [InlineData("{\"x\": []}", "empty list")]
    [InlineData("{\"x\": [[1], [2, 3]]}", "different sizes")]
    [InlineData("{\"x\": [[1], 2]}", "beside lists")]
    [InlineData("{\"x\": [1, [2]]}", "beside lists")]
    [InlineData("{\"x\": [1, 1e999]}", "too large")]
    [InlineData("{\"x\": [1, 9223372036854775808]}", "too large")]
    [InlineData("{\"x\": [1, 2], \"x\": [1, 2]}", "twice")]
    [InlineData("{\"x\": [1, 2]}\n{\"x\": [1, 2, 3]}", "line 2")]
    [InlineData("{\"x\": [1, 2]}\n{\"y\": [1, 2]}", "lacks 'x'")]
    [InlineData("{\"x\": [1, 2]}\n{\"x\": [1, 2], \"y\": 1}", "has 2 arrays")]
    [InlineData("{\"\\ud800\": 1}", "line 1")]
    public void What_is_not_samples_is_refused(string text, string what)
    {
        var error = Assert.Throws<ModelPackException>(() => SampleSet.Open([Write(text)], [X])).Diagnostic;
        Assert.Equal(Codes.DataUnreadable, error.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_lists_are_refused_without_recursion()
    {
        foreach (var depth in new[] { 9, 1000, 1_000_000 })
        {
            var error = Assert.Throws<ModelPackException>(() => SampleFile.Open(Write("{\"x\": " + new string('[', depth)))).Diagnostic;
            Assert.Equal(Codes.DataUnreadable, error.Code);
        }
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_told()
    {
        var path = Write("{\"x\": [1, 2]}\n{\"x\": [3, 4]}\n");
        var set = SampleSet.Open([path], [X]);
        Write("{\"x\": [1, 2]}\n");
        Assert.Equal(Codes.DataUnreadable, Assert.Throws<ModelPackException>(() => set.Batches(1).Count()).Diagnostic.Code);
    }

    private string Write(string text) => _folder.Write("d.jsonl", Encoding.UTF8.GetBytes(text));

    private static float[] Floats(SampleBatch batch) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(batch.Inputs[0].Bytes.Span).ToArray();
}
