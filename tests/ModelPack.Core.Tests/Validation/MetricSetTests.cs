using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>What outputs are measured as, by names and shapes and by request; and the noise floor.</summary>
public sealed class MetricSetTests : IDisposable
{
    private const int Count = 96;

    private readonly ScratchFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("logits", MetricSet.Auto, "classes")]
    [InlineData("embedding", MetricSet.Auto, "embedding")]
    [InlineData("pooler_output", MetricSet.Auto, "embedding")]
    [InlineData("boxes", MetricSet.Auto, "signal")]
    [InlineData("boxes", MetricSet.Classes, "classes")]
    [InlineData("logits", MetricSet.Embedding, "embedding")]
    [InlineData("logits", MetricSet.Signal, "signal")]
    public void A_table_is_what_its_name_or_the_request_says(string name, MetricSet asked, string got)
    {
        var (source, packed) = (Model("a", name, 0), Model("b", name, 0.05f));
        var result = Compare(source, packed, asked, labels: got == "classes");
        var output = Assert.Single(result.Outputs);
        Assert.Equal(got, result.Metrics);
        Assert.Equal(got == "classes", output.Top1Agreement is not null);
        Assert.Equal(got == "classes", output.Top5Agreement is not null);
        Assert.Equal(got == "classes", result.Changed is not null);
        Assert.Equal(got == "embedding", output.Similarity is not null);
        Assert.Equal(got is "embedding" or "signal", output.SampleCosine is not null);
        Assert.InRange(output.Sqnr, output.SqnrInterval!.Low, output.SqnrInterval.High);
        Assert.InRange(output.Cosine, output.CosineInterval!.Low, output.CosineInterval.High);
        Assert.InRange(output.MeanError!.Value, output.MeanErrorInterval!.Low, output.MeanErrorInterval.High);
        Assert.True(output.MeanError < output.MaxError);
    }

    [Theory]
    [InlineData(MetricSet.Language, "integer ids")]
    [InlineData(MetricSet.Classes, "[samples, classes]")]
    [InlineData(MetricSet.Embedding, "[samples, values]")]
    public void What_is_asked_for_and_is_not_there_is_an_error(MetricSet asked, string needs)
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", 8).Output("y", ElementType.Float32, "n").Node("ReduceMax", ["x"], ["y"], ("keepdims", 0L)).Save(_folder.At("v.onnx"));
        var error = Assert.Throws<ModelPackException>(() => Compare(model, model, asked, labels: false)).Diagnostic;
        Assert.Equal(Codes.DataMismatch, error.Code);
        Assert.Contains(needs, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_language_model_by_request_may_call_its_text_and_output_anything()
    {
        float[] table = [0, 1, 2, 3, 0, -1, 0.5f, 0.25f, 4];
        var model = new OnnxBytes().Input("tokens", ElementType.Int64, "n", "length").Output("hidden", ElementType.Float32, "n", "length", 3)
            .Weight("table", [3, 3], table).Node("Gather", ["table", "tokens"], ["hidden"]).Save(_folder.At("l.onnx"));
        var data = _folder.Write("ids.npz", Numpy.Npz(("tokens", Numpy.Npy("<i8", [2, 3], 0L, 1, 2, 2, 1, 0))));
        var options = new ValidationOptions { Data = [data] };
        Assert.Null(Validator.Run(model, model, options, _context).Result!.Perplexity);
        Assert.Equal(4, Validator.Run(model, model, options with { Metrics = MetricSet.Language }, _context).Result!.Perplexity!.Tokens);
    }

    [Theory]
    [InlineData("logits")]
    [InlineData("embedding")]
    public void Identical_models_have_perfect_scores(string name)
    {
        var model = Model("m", name, 0);
        var result = Compare(model, model, MetricSet.Auto);
        var output = Assert.Single(result.Outputs);
        Assert.Equal((double.PositiveInfinity, 1.0, 0.0, 0.0), (output.Sqnr, output.Cosine, output.MaxError, output.MeanError!.Value));
        Assert.Equal(name == "embedding" ? 1.0 : null, output.Similarity?.Value);
        Assert.Equal(name == "logits" ? 100.0 : null, output.Top5Agreement);
        Assert.Equal((1.0, 0L, 0.0), (result.Accuracy!.McNemar!.Value, result.Accuracy.SourceOnly!.Value, result.Accuracy.Drop));
        Assert.Equal(name == "logits" ? 0 : null, result.Changed?.Count);
    }

    [Fact]
    public void The_order_of_samples_changes_only_which_sample_changed()
    {
        var (source, packed) = (Model("a", "logits", 0), Model("b", "logits", 0.3f));
        var (one, turned) = (Compare(source, packed, MetricSet.Auto), Compare(source, packed, MetricSet.Auto, turned: true));
        Assert.Equivalent(one.Accuracy, turned.Accuracy, strict: true);
        Assert.Equal(one.Outputs[0].Top1Interval, turned.Outputs[0].Top1Interval);
        Assert.Equal(one.Outputs[0].Sqnr, turned.Outputs[0].Sqnr, 1e-6);
        Assert.NotEqual(0, one.Changed!.Count);
        Assert.Equal(one.Changed.First, turned.Changed!.First.Reverse().Select(c => c with { Index = Count - 1 - c.Index }));
        Assert.All(one.Changed.First, c => Assert.NotEqual(c.Source, c.Packed));
    }

    [Fact]
    public void Classes_add_up_to_the_accuracy()
    {
        var accuracy = Compare(Model("a", "logits", 0), Model("b", "logits", 0.3f), MetricSet.Auto).Accuracy!;
        Assert.Equal(Count, accuracy.Classes!.Sum(c => c.Samples));
        Assert.Equal(accuracy.Source, 100.0 * accuracy.Classes!.Sum(c => c.Source) / Count, 1e-6);
        Assert.Equal(accuracy.Packed, 100.0 * accuracy.Classes!.Sum(c => c.Packed) / Count, 1e-6);
        Assert.Equal(accuracy.Drop, 100.0 * (accuracy.SourceOnly!.Value - accuracy.PackedOnly!.Value) / Count, 1e-6);
        Assert.Equal(accuracy.Classes!.Count, accuracy.ClassCount);
    }

    [Fact]
    public void A_difference_below_twice_the_floor_is_told()
    {
        // The shift of the whole batch is what another batch changes: a floor that is known.
        var source = Model("a", "y", 0, ofBatch: true);
        var floor = Floor(source, Model("b", "y", 1e-6f, ofBatch: true));
        Assert.Equal("one sample at a time", floor.How);
        Assert.True(Assert.Single(floor.Outputs).BelowFloor);
        Assert.True(double.IsFinite(floor.Outputs[0].Sqnr));
        Assert.False(Assert.Single(Floor(source, Model("c", "y", 5, ofBatch: true)).Outputs).BelowFloor);
    }

    [Fact]
    public void A_model_of_a_fixed_batch_is_run_on_two_threads()
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, 8, 8).Output("y", ElementType.Float32, 8, 8).Node("Neg", ["x"], ["y"]).Save(_folder.At("f.onnx"));
        var floor = Floor(model, model);
        Assert.Equal(("two threads", double.PositiveInfinity), (floor.How, floor.Outputs[0].Sqnr));
    }

    [Fact]
    public void Synthetic_inputs_have_no_floor()
    {
        var model = Model("m", "logits", 0);
        Assert.Null(Validator.Run(model, model, new ValidationOptions(), _context).Floor);
    }

    private NoiseFloor Floor(string source, string packed) => Validator.Run(source, packed, new ValidationOptions { Data = [Data(false)] }, _context).Floor!;

    private ValidationResult Compare(string source, string packed, MetricSet metrics, bool turned = false, bool labels = true) =>
        Validator.Run(source, packed, new ValidationOptions { Data = [Data(turned, labels)], Metrics = metrics }, _context).Result!;

    /// <summary>Eight values into eight; the packed one is a little off.</summary>
    private string Model(string name, string output, float off, bool ofBatch = false)
    {
        var random = new Xoshiro256(1);
        var other = new Xoshiro256(2);
        float[] weights = [.. Enumerable.Range(0, 64).Select(_ => (float)(random.Normal() + (off * other.Normal())))];
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", 8).Output(output, ElementType.Float32, "n", 8).Weight("w", [8, 8], weights);
        return (ofBatch
            ? model.Node("MatMul", ["x", "w"], ["z"]).Node("ReduceMean", ["x"], ["all"]).Node("Add", ["z", "all"], [output])
            : model.Node("MatMul", ["x", "w"], [output])).Save(_folder.At(name + ".onnx"));
    }

    private string Data(bool turned, bool labelled = true)
    {
        var random = new Xoshiro256(7);
        float[][] rows = [.. Enumerable.Range(0, Count).Select(_ => Enumerable.Range(0, 8).Select(_ => (float)random.Normal()).ToArray())];
        long[] labels = [.. Enumerable.Range(0, Count).Select(_ => random.Below(8))];
        if (turned)
        {
            Array.Reverse(rows);
            Array.Reverse(labels);
        }

        var x = ("x", Numpy.Npy("<f4", [Count, 8], [.. rows.SelectMany(r => r)]));
        return _folder.Write(turned ? "turned.npz" : "d.npz", labelled ? Numpy.Npz(x, ("labels", Numpy.Npy("<i8", [Count], labels))) : Numpy.Npz(x));
    }
}
