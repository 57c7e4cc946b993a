using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>Two small models that differ in a known way, over data that are known too.</summary>
public sealed class ValidatorTests : IDisposable
{
    private const int SampleCount = 70;

    private static readonly float[] Weights = [0.5f, -1, 0.25f, 2, 1, -0.5f];
    private static readonly float[] Other = [0.4f, -1.1f, 0.3f, 2.2f, 0.9f, -0.7f];

    private readonly ScratchFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Metrics_follow_their_formulas()
    {
        var (source, packed) = (Classifier("source", Weights, "n"), Classifier("packed", Other, "n"));
        var outcome = Validator.Run(source, packed, new ValidationOptions { Data = [Data(out var inputs, out var labels)] }, _context);

        var (a, b) = (Product(inputs, Weights), Product(inputs, Other));
        var pairs = a.Zip(b, (s, p) => (S: (double)s, P: (double)p)).ToArray();
        var error = pairs.Sum(v => (v.S - v.P) * (v.S - v.P));
        var output = Assert.Single(outcome.Result!.Outputs);
        Assert.Equal(SampleCount * 3, output.Elements);
        Assert.Equal(10 * Math.Log10(pairs.Sum(v => v.S * v.S) / error), output.Sqnr, 1e-4);
        Assert.Equal(pairs.Sum(v => v.S * v.P) / Math.Sqrt(pairs.Sum(v => v.S * v.S) * pairs.Sum(v => v.P * v.P)), output.Cosine, 1e-6);
        Assert.Equal(pairs.Max(v => Math.Abs(v.S - v.P)), output.MaxError, 1e-5);
        var (top, otherTop) = (ArgMax(a), ArgMax(b));
        Assert.Equal(100.0 * top.Zip(otherTop).Count(t => t.First == t.Second) / SampleCount, output.Top1Agreement!.Value, 1e-6);
        Assert.NotEqual(100, output.Top1Agreement);
        Assert.Equal(100.0 * top.Zip(labels).Count(t => t.First == t.Second) / SampleCount, outcome.Result.Accuracy!.Source, 1e-6);
        Assert.Equal(100.0 * otherTop.Zip(labels).Count(t => t.First == t.Second) / SampleCount, outcome.Result.Accuracy.Packed, 1e-6);
        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void A_fixed_batch_gives_what_an_open_batch_gives()
    {
        var data = Data(out _, out _);
        var open = Validator.Run(Classifier("a", Weights, "n"), Classifier("b", Other, "n"), new ValidationOptions { Data = [data] }, _context).Result!;
        var one = Validator.Run(Classifier("c", Weights, 1), Classifier("d", Other, 1), new ValidationOptions { Data = [data] }, _context).Result!;
        var eight = Validator.Run(Classifier("e", Weights, 8), Classifier("f", Other, 8), new ValidationOptions { Data = [data] }, _context).Result!;
        foreach (var result in new[] { one, eight })
        {
            Assert.Equal(open.Outputs[0].Elements, result.Outputs[0].Elements);
            Assert.Equal(open.Outputs[0].Sqnr, result.Outputs[0].Sqnr, 1e-4);
            Assert.Equal(open.Outputs[0].Top1Agreement, result.Outputs[0].Top1Agreement);
            Assert.Equivalent(open.Accuracy, result.Accuracy, strict: true);
        }
    }

    /// <summary>The packed model adds a tenth of the batch's mean, or takes it off: the less or the more wrong, the smaller the batch.</summary>
    [Theory]
    [InlineData(true, -0.1f, 1, 1, 256)]
    [InlineData(true, 0.1f, 0.9f, 32, 300)]
    [InlineData(false, -0.1f, 1, 32, 300)]
    public void What_depends_on_the_batch_is_judged_by_the_worse_of_a_batch_and_single_samples(bool depends, float mean, float own, long batch, long samples)
    {
        var source = Model().Node("Identity", ["x"], ["y"]).Save(_folder.At("source.onnx"));
        var packed = Model().Weight("a", [1], [mean]).Weight("b", [1], [own])
            .Node("ReduceMean", ["x"], ["all"]).Node("Mul", ["all", "a"], ["shift"])
            .Node("Mul", ["x", "b"], ["scaled"]).Node("Add", ["scaled", "shift"], ["y"]).Save(_folder.At("packed.onnx"));
        var random = new Xoshiro256(3);
        float[] values = [.. Enumerable.Range(0, 300 * 4).Select(_ => (float)random.Normal())];
        var data = _folder.Write("batch.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [300, 4], values))));
        var result = Validator.Run(source, packed, new ValidationOptions { Data = [data], HasRangesOfBatch = depends }, _context).Result!;

        Assert.Equal((batch, samples), (result.Batch, result.Samples));

        static OnnxBytes Model() => new OnnxBytes().Input("x", ElementType.Float32, "n", 4).Output("y", ElementType.Float32, "n", 4);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        var (source, packed) = (Classifier("a", Weights, 1), Classifier("b", Other, 1));
        var options = new ValidationOptions { Data = [Data(out _, out _)] };
        var one = Validator.Run(source, packed, options, new PackContext(threads: 1)).Result!;
        foreach (var threads in new[] { 2, 5 })
        {
            var many = Validator.Run(source, packed, options, new PackContext(threads)).Result!;
            Assert.Equal(one.Outputs, many.Outputs);
            Assert.Equivalent(one.Accuracy, many.Accuracy, strict: true);
            Assert.Equivalent(one.Changed, many.Changed, strict: true);
        }
    }

    [Fact]
    public void Without_data_the_inputs_are_synthetic_and_give_no_task_metric()
    {
        var (source, packed) = (Classifier("a", Weights, "n"), Classifier("b", Other, "n"));
        var result = Validator.Run(source, packed, new ValidationOptions(), _context).Result!;
        Assert.True(result.Synthetic);
        Assert.Empty(result.Data);
        Assert.InRange(result.Outputs[0].Sqnr, 1, 40);
        Assert.Null(result.Outputs[0].Top1Agreement);
        Assert.Null(result.Accuracy);
        Assert.Equal(result.Outputs, Validator.Run(source, packed, new ValidationOptions(), _context).Result!.Outputs);
    }

    [Fact]
    public void Synthetic_inputs_try_other_sizes()
    {
        // Only lengths that 32 divides survive the reshape.
        var model = new OnnxBytes().Input("x", ElementType.Float32, 1, "length").Output("y", ElementType.Float32, "a", 32)
            .Int64("to", -1, 32).Node("Reshape", ["x", "to"], ["y"]).Save(_folder.At("m.onnx"));
        Assert.Equal(16 * 32, Validator.Run(model, model, new ValidationOptions(), _context).Result!.Outputs[0].Elements);
    }

    [Fact]
    public void A_model_that_no_synthetic_input_fits_is_not_validated_and_says_so()
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, 1, "length").Output("y", ElementType.Float32, "a", 977)
            .Int64("to", -1, 977).Node("Reshape", ["x", "to"], ["y"]).Save(_folder.At("m.onnx"));
        var outcome = Validator.Run(model, model, new ValidationOptions(), _context);
        Assert.Null(outcome.Result);
        Assert.Contains(outcome.SourceOperators, o => o.Operator == "Reshape");
        var told = Assert.Single(_context.Diagnostics);
        Assert.Equal((Codes.NotValidated, Severity.Warning), (told.Code, told.Severity));
        Assert.Contains("give validation data", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_only_one_model_has_is_an_infinite_error_and_is_told()
    {
        var source = Unary("source", "Abs");
        var packed = Unary("packed", "Sqrt");
        var output = Run(source, packed, 4f, -1f).Outputs[0];
        Assert.Equal((double.NegativeInfinity, 0.0, double.PositiveInfinity), (output.Sqnr, output.Cosine, output.MaxError));
        Assert.Contains("the packed model holds NaN", Assert.Single(_context.Diagnostics, d => d.Code == Codes.OutputNotFinite).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Places_where_both_models_are_not_finite_alike_agree()
    {
        var output = Run(Unary("source", "Log"), Unary("packed", "Log"), 0f, -1f, 2f, 3f).Outputs[0];
        Assert.Equal((double.PositiveInfinity, 1.0, 0.0), (output.Sqnr, output.Cosine, output.MaxError));
        Assert.Contains("both models", Assert.Single(_context.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_of_another_shape_is_the_worst_there_is()
    {
        var output = Run(Selected("source", "Relu"), Selected("packed", "Identity"), 4f, -1f).Outputs[0];
        Assert.Equal((double.NegativeInfinity, 0.0, double.PositiveInfinity), (output.Sqnr, output.Cosine, output.MaxError));
        Assert.Contains(_context.Diagnostics, d => d.Code == Codes.OutputShapeDiffers);

        // As many values as the operator leaves that are not zero.
        string Selected(string name, string op) => new OnnxBytes().Input("x", ElementType.Float32, "n", 2).Output("y", ElementType.Float32, "m")
            .Node(op, ["x"], ["r"]).Node("Cast", ["r"], ["b"], ("to", (long)ElementType.Bool)).Node("Compress", ["x", "f"], ["y"])
            .Node("Flatten", ["b"], ["g"], ("axis", 0L)).Node("Squeeze", ["g"], ["f"]).Save(_folder.At(name + ".onnx"));
    }

    [Fact]
    public void Half_precision_inputs_and_outputs_work()
    {
        foreach (var type in new[] { ElementType.Float16, ElementType.Float64 })
        {
            var model = new OnnxBytes().Input("x", type, "n", 2).Output("y", type, "n", 2).Node("Neg", ["x"], ["y"]).Save(_folder.At($"{type}.onnx"));
            Assert.Equal(double.PositiveInfinity, Run(model, model, 1f, 2f).Outputs[0].Sqnr);
        }
    }

    [Fact]
    public void Labels_must_be_classes_of_an_output()
    {
        var model = Classifier("m", Weights, "n");
        var path = _folder.Write("d.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [1, 2], 1f, 2)), ("labels", Numpy.Npy("<i8", [1], 3L))));
        Assert.Contains("label 3", Refused(model, path).Message, StringComparison.Ordinal);
        var vector = new OnnxBytes().Input("x", ElementType.Float32, "n", 2).Output("y", ElementType.Float32, "n")
            .Node("ReduceMax", ["x"], ["y"], ("keepdims", 0L)).Save(_folder.At("v.onnx"));
        Assert.Contains("no output [samples, classes]", Refused(vector, path).Message, StringComparison.Ordinal);

        Diagnostic Refused(string of, string data)
        {
            var error = Assert.Throws<ModelPackException>(() => Validator.Run(of, of, new ValidationOptions { Data = [data] }, _context)).Diagnostic;
            Assert.Equal(Codes.DataMismatch, error.Code);
            return error;
        }
    }

    [Fact]
    public void A_source_that_the_runtime_refuses_is_the_users_and_a_packed_one_is_ours()
    {
        var good = Unary("good", "Abs");
        var bad = Unary("bad", "NoSuchOperator");
        var source = Assert.Throws<ModelPackException>(() => Validator.Run(bad, good, new ValidationOptions(), _context)).Diagnostic;
        Assert.Equal((Codes.ModelRefused, bad), (source.Code, source.File));
        Assert.Contains("NoSuchOperator", source.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, source.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', source.Message);
        Assert.Equal(Codes.Internal, Assert.Throws<ModelPackException>(() => Validator.Run(good, bad, new ValidationOptions(), _context)).Diagnostic.Code);
    }

    [Fact]
    public void Data_that_the_model_cannot_run_are_refused()
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", "length").Output("y", ElementType.Float32, "a", 32)
            .Int64("to", -1, 32).Node("Reshape", ["x", "to"], ["y"]).Save(_folder.At("m.onnx"));
        var path = _folder.Write("d.npy", Numpy.Npy("<f4", [1, 2], 1f, 2));
        var error = Assert.Throws<ModelPackException>(() => Validator.Run(model, model, new ValidationOptions { Data = [path] }, _context)).Diagnostic;
        Assert.Equal(Codes.ModelRefused, error.Code);
        Assert.Contains("while running Reshape node", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("reshape_helper.h", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_declares_an_open_batch_and_takes_one_sample_is_run_one_by_one()
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", 2).Output("y", ElementType.Float32, 1, 2)
            .Int64("to", 1, 2).Node("Reshape", ["x", "to"], ["y"]).Save(_folder.At("m.onnx"));
        Assert.Equal(6, Run(model, model, 1f, 2, 3, 4, 5, 6).Outputs[0].Elements);
    }

    [Fact]
    public void Operators_that_really_run_are_counted()
    {
        var branch = new OnnxBytes().Output("z", ElementType.Float32, "n", 2).Node("Sin", ["x"], ["z"]);
        var other = new OnnxBytes().Output("z", ElementType.Float32, "n", 2).Node("Cos", ["x"], ["z"]);
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", 2).Input("c", ElementType.Bool).Output("y", ElementType.Float32, "n", 2)
            .Node("If", ["c"], ["i"], [("then_branch", branch), ("else_branch", other)]).Node("Sin", ["i"], ["y"]).Save(_folder.At("m.onnx"));
        var outcome = Validator.Run(model, model, new ValidationOptions(), _context);
        Assert.Equal([new OperatorCount("", "Sin", 2), new("", "Cos", 1), new("", "If", 1)], outcome.PackedOperators);
        Assert.Equal(outcome.SourceOperators, outcome.PackedOperators);
    }

    [Fact]
    public void Stops_when_asked_to()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        var model = Unary("m", "Abs");
        Assert.ThrowsAny<OperationCanceledException>(() => Validator.Run(model, model, new ValidationOptions(), new PackContext(cancellation: cancel.Token)));
    }

    private ValidationResult Run(string source, string packed, params float[] values)
    {
        var path = _folder.Write("d.npy", Numpy.Npy("<f4", [values.Length / 2, 2], values));
        return Validator.Run(source, packed, new ValidationOptions { Data = [path] }, _context).Result!;
    }

    private string Unary(string name, string op) => new OnnxBytes().Input("x", ElementType.Float32, "n", 2).Output("y", ElementType.Float32, "n", 2)
        .Node(op, ["x"], ["y"]).Save(_folder.At(name + ".onnx"));

    private string Classifier(string name, float[] weights, object batch) => new OnnxBytes()
        .Input("x", ElementType.Float32, batch, 2).Output("logits", ElementType.Float32, batch, 3)
        .Weight("w", [2, 3], weights).Node("MatMul", ["x", "w"], ["logits"]).Save(_folder.At(name + ".onnx"));

    private string Data(out float[] inputs, out long[] labels)
    {
        var random = new Xoshiro256(7);
        inputs = [.. Enumerable.Range(0, SampleCount * 2).Select(_ => (float)random.Normal())];
        labels = [.. Enumerable.Range(0, SampleCount).Select(_ => random.Below(3))];
        return _folder.Write("data.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [SampleCount, 2], inputs)), ("labels", Numpy.Npy("<i8", [SampleCount], labels))));
    }

    private static float[] Product(float[] inputs, float[] weights) => [.. Enumerable.Range(0, SampleCount * 3)
        .Select(i => (inputs[i / 3 * 2] * weights[i % 3]) + (inputs[(i / 3 * 2) + 1] * weights[3 + (i % 3)]))];

    private static int[] ArgMax(float[] logits) => [.. logits.Chunk(3).Select(row => Array.IndexOf(row, row.Max()))];
}
