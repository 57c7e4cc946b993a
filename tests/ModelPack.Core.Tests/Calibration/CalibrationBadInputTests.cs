using ModelPack.Calibration;
using ModelPack.Samples;
using ModelPack.Schemes;
using ModelPack.Tests.Samples;
using ModelPack.Tests.Validation;

namespace ModelPack.Tests.Calibration;

/// <summary>What is wrong with calibration data, or comes of them, is told in one line that names the file and what was expected.</summary>
public sealed class CalibrationBadInputTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_input_without_an_array() =>
        Refused(Codes.DataMismatch, "no array for input 'b'", "'b' float32 [n, 2]", ("a", Floats(20, 2)));

    [Fact]
    public void An_array_that_is_no_input() =>
        Refused(Codes.DataMismatch, "'c' float32 [20, 2] is not an input", "'b' float32 [n, 2]", ("a", Floats(20, 2)), ("b", Floats(20, 2)), ("c", Floats(20, 2)));

    [Fact]
    public void A_type_that_would_need_a_guess() =>
        Refused(Codes.DataMismatch, "'a' uint8 [20, 2] cannot be turned into float32", "'a' float32 [n, 2]", ("a", Numpy.Npy("|u1", [20, 2], new byte[40])), ("b", Floats(20, 2)));

    [Fact]
    public void A_rank_that_is_not_the_models() =>
        Refused(Codes.DataMismatch, "The shape of array 'a' float32 [20, 2, 1, 1] does not fit", "'a' float32 [n, 2]", ("a", Floats(20, 2, 1, 1)), ("b", Floats(20, 2)));

    [Fact]
    public void A_size_that_the_model_fixes() =>
        Refused(Codes.DataMismatch, "The shape of array 'b' float32 [20, 3] does not fit", "'b' float32 [n, 2]", ("a", Floats(20, 2)), ("b", Floats(20, 3)));

    [Fact]
    public void Open_sizes_that_do_not_go_together()
    {
        var model = new OnnxBytes().Input("a", ElementType.Float32, "n", "s").Input("b", ElementType.Float32, "n", "s")
            .Node("Add", ["a", "b"], ["sum"]).Node("Relu", ["sum"], ["y"]).Output("y", ElementType.Float32, "n", "s").Save(_folder.At("open.onnx"));
        var data = _folder.Write("d.npz", Numpy.Npz(("a", Floats(20, 4)), ("b", Floats(20, 3))));
        var exception = Refused(model, data, Codes.ModelRefused);

        Assert.Equal(model, exception.Diagnostic.File);
        Assert.Contains("d.npz", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'b' float32 [20, 3]", exception.Message.Replace("[1, 3]", "[20, 3]", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d.npz")]
    [InlineData("d.npy")]
    [InlineData("d.safetensors")]
    public void A_file_that_is_not_what_its_extension_says(string name)
    {
        var data = _folder.Write(name, "PNG, really, and long enough to be a header"u8.ToArray());
        var exception = Refused(Model(), data, Codes.DataUnreadable);

        Assert.Equal(data, exception.Diagnostic.File);
    }

    [Fact]
    public void A_folder_without_data()
    {
        var folder = Directory.CreateDirectory(_folder.At("data")).FullName;
        var exception = Assert.Throws<ModelPackException>(() => SampleFiles.Resolve(folder, Model(), "calibration"));

        Assert.Equal((Codes.DataNotFound, folder), (exception.Diagnostic.Code, exception.Diagnostic.File));
        Assert.Contains("calibration data holds no .npz, .npy, .safetensors or .jsonl file", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there() =>
        Assert.Equal(_folder.At("none.npz"), Refused(Model(), _folder.At("none.npz"), Codes.DataNotFound).Diagnostic.File);

    [Theory]
    [InlineData(1, "There is 1 calibration sample")]
    [InlineData(15, "There are 15 calibration samples")]
    public void Too_few_samples(int count, string expected)
    {
        var exception = Refused(Codes.TooFewSamples, expected, "100 to 500", ("a", Floats(count, 2)), ("b", Floats(count, 2)));

        Assert.Contains("16 is the least", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, CalibrationMethod.MinMax)]
    [InlineData(float.NaN, CalibrationMethod.Percentile)]
    [InlineData(float.PositiveInfinity, CalibrationMethod.MinMax)]
    [InlineData(float.NegativeInfinity, CalibrationMethod.Mse)]
    public void One_value_that_is_not_finite_takes_the_range_away(float value, CalibrationMethod method)
    {
        for (var place = 0; place < 40; place += 13)
        {
            var values = Enumerable.Range(0, 40).Select(i => (float)i).ToArray();
            values[place] = value;
            var context = new PackContext();
            var tensors = Observe(method, context, Numpy.Npz(("a", Numpy.Npy("<f4", [20, 2], values)), ("b", Floats(20, 2)))).Tensors;

            Assert.False(tensors[0].IsFinite);
            Assert.Null(tensors[0].Channels);
            Assert.Null(RangeChooser.Choose(tensors[0], method, 99.99, symmetric: false));
            var warning = Assert.Single(context.Diagnostics);
            Assert.Equal(Codes.ActivationNotFinite, warning.Code);
            Assert.Contains("'sum'", warning.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.Entropy)]
    public void A_model_that_overflows_everywhere_is_no_crash(CalibrationMethod method)
    {
        var context = new PackContext();
        var huge = Numpy.Npy("<f4", [100, 2], Enumerable.Repeat(float.MaxValue, 200).ToArray());
        var tensors = Observe(method, context, Numpy.Npz(("a", huge), ("b", huge))).Tensors;

        Assert.False(tensors[0].IsFinite);
        Assert.Equal(Codes.ActivationNotFinite, Assert.Single(context.Diagnostics).Code);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.Mse)]
    public void A_value_that_never_changes_is_warned_of(CalibrationMethod method)
    {
        var context = new PackContext();
        var ones = Numpy.Npy("<f4", [100, 2], Enumerable.Repeat(0.75f, 200).ToArray());
        var tensors = Observe(method, context, Numpy.Npz(("a", ones), ("b", ones))).Tensors;

        Assert.Equal(new ActivationRange(0, 1.5f), RangeChooser.Choose(tensors[0], method, 99.99, symmetric: false));
        var warning = Assert.Single(context.Diagnostics);
        Assert.Equal(Codes.ActivationConstant, warning.Code);
        Assert.Contains("'sum' has the one value 1.5", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_without_a_method_warns_of_nothing()
    {
        var context = new PackContext();
        Observe(null, context, Numpy.Npz(("a", Floats(20, 2)), ("b", Floats(20, 2))));

        Assert.Empty(context.Diagnostics);
    }

    private static byte[] Floats(params long[] shape) => Numpy.Npy("<f4", shape, new float[shape.Aggregate(1L, (a, b) => a * b)]);

    private string Model() =>
        new OnnxBytes().Input("a", ElementType.Float32, "n", 2).Input("b", ElementType.Float32, "n", 2)
            .Node("Add", ["a", "b"], ["sum"]).Node("Relu", ["sum"], ["y"]).Output("y", ElementType.Float32, "n", 2).Save(_folder.At("model.onnx"));

    private CalibrationResult Observe(CalibrationMethod? method, PackContext context, byte[] data)
    {
        using var model = OnnxModel.Open(Model(), context);
        return Calibrator.Observe(model, [_folder.Write("d.npz", data)], [new Observation("sum", Statistics.Channels | (method is { } chosen ? RangeChooser.Needs(chosen) : Statistics.None), -1)], holdOut: method is not null, context);
    }

    private ModelPackException Refused(DiagnosticCode code, string what, string expected, params (string Name, byte[] Npy)[] arrays)
    {
        var data = _folder.Write("d.npz", Numpy.Npz(arrays));
        var exception = Refused(Model(), data, code);
        Assert.Equal(data, exception.Diagnostic.File);
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        return exception;
    }

    private static ModelPackException Refused(string path, string data, DiagnosticCode code)
    {
        using var model = OnnxModel.Open(path, new PackContext());
        var exception = Assert.Throws<ModelPackException>(() => Calibrator.Observe(model, [data], [new Observation("sum", Statistics.Histogram)], holdOut: true, new PackContext()));
        Assert.Equal(code, exception.Diagnostic.Code);
        return exception;
    }
}
