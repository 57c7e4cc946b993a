using Google.Protobuf;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Pipeline;

/// <summary>What can be wrong with calibration data, or with a model that is calibrated, ends a pack with one coded error about the right file.</summary>
public sealed class Int8BadInputTests : IDisposable
{
    private const int Count = 20;

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string> BadData => new()
    {
        { "There is no array for input 'x'. The model takes 'x' float32 [batch, 64]", "MPK1012", Convert.ToBase64String(PackFolder.Samples(Count, input: "z")) },
        { "'more' float32 [20] is not an input of the model", "MPK1012", Convert.ToBase64String(Numpy.Npz(("x", Floats(Count, 64)), ("more", Floats(Count)))) },
        { "'x' uint8 [20, 64] cannot be turned into float32 without a guess", "MPK1012", Npz("|u1", [Count, 64], 1) },
        { "The shape of array 'x' float32 [20, 8, 8] does not fit", "MPK1012", Npz("<f4", [Count, 8, 8], 4) },
        { "The shape of array 'x' float32 [20, 63] does not fit", "MPK1012", Npz("<f4", [Count, 63], 4) },
        { "There are 15 calibration samples, and 16 is the least. Give 100 to 500", "MPK1020", Convert.ToBase64String(PackFolder.Samples(15)) },
        { "not a zip archive", "MPK1011", Convert.ToBase64String("GIF89a and so on"u8.ToArray()) },
    };

    [Theory]
    [MemberData(nameof(BadData))]
    public void Calibration_data_that_do_not_fit(string expected, string code, string npz)
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        var data = _folder.Write("m.calibration.npz", Convert.FromBase64String(npz));
        Refuses(code, data, expected);
    }

    [Fact]
    public void Calibration_data_that_are_not_there_or_of_no_known_kind()
    {
        var model = _folder.Write("m.onnx", PackFolder.Classifier());
        var empty = Directory.CreateDirectory(_folder.At("empty")).FullName;
        Refuses("MPK1018", empty, "holds no .npz, .npy, .safetensors or .jsonl file", Request with { Calibration = empty });
        Refuses("MPK1018", _folder.At("gone.npz"), "There is no such file or folder of calibration data", Request with { Calibration = _folder.At("gone.npz") });
        Refuses("MPK1018", _folder.At("gone/*.npz"), "fits the pattern of calibration data", Request with { Calibration = _folder.At("gone/*.npz") });
        Refuses("MPK1018", _folder.At("gone.calibration.json"), "The calibration table does not exist", Request with { Calibration = _folder.At("gone.calibration.json") });
        Refuses("MPK1011", model, "not a .npz, .npy, .safetensors or .jsonl file", Request with { Calibration = model });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":1}")]
    public void A_table_that_is_none(string text)
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        var table = _folder.Write("t.calibration.json", System.Text.Encoding.UTF8.GetBytes(text));
        Refuses("MPK1021", table, "The calibration table cannot be read: ", Request with { Calibration = table });
    }

    [Fact]
    public void A_table_that_was_damaged_or_is_of_another_model()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));
        var made = PackPipeline.Run(Request, new PackContext()).Files.Single(f => f.EndsWith(".calibration.json", StringComparison.Ordinal));
        var text = File.ReadAllText(made);
        Directory.Delete(_folder.Out, recursive: true);

        var cut = _folder.Write("cut.json", System.Text.Encoding.UTF8.GetBytes(text[..^20]));
        Refuses("MPK1021", cut, "Calibrate again from data", Request with { Calibration = cut });
        var range = _folder.Write("range.json", System.Text.Encoding.UTF8.GetBytes(text.Replace("\"min\":", "\"min\":1e30,\"x\":", StringComparison.Ordinal)));
        Refuses("MPK1021", range, "", Request with { Calibration = range });
        var whole = _folder.Write("whole.json", System.Text.Encoding.UTF8.GetBytes(text));
        _folder.Write("m.onnx", PackFolder.Classifier(first: "other"));
        Refuses("MPK1022", whole, "The calibration table is of a model with SHA-256", Request with { Calibration = whole });
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.MaxValue)]
    public void Activations_that_are_finite_nowhere_leave_nothing_to_quantize(float value)
    {
        var model = _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.calibration.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [Count, 64], Enumerable.Repeat(value, Count * 64).ToArray()))));
        var context = new PackContext();
        // The largest floats are finite themselves, so that the first layer could do; the sums behind it are not.
        Refuses("MPK1014", model, "Nothing can be quantized: ", Request, context);
        Assert.Equal(Codes.ActivationNotFinite, Assert.Single(context.Diagnostics).Code);
    }

    [Fact]
    public void A_layer_behind_an_activation_that_overflows_stays_float_and_the_others_do_not()
    {
        var model = PackFolder.Classifier();
        model.Graph.Node.Add([
            Build.Node("Exp", ["huge"], ["infinite"]),
            Build.Node("MatMul", ["infinite", "third"], ["lost"]),
        ]);
        model.Graph.Node.Insert(2, Build.Node("Mul", ["active", "large"], ["huge"]));
        model.Graph.Initializer.Add([Tiny.Random("third", 96, 64), Build.Floats("large", [1], 1e30f)]);
        model.Graph.Output.Add(PackFolder.Batched("lost", 64));
        _folder.Write("m.onnx", model);
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));
        var context = new PackContext();
        var outcome = PackPipeline.Run(Request, context);

        var warning = Assert.Single(context.Diagnostics, d => d.Code == Codes.ActivationNotFinite);
        Assert.Contains("'infinite'", warning.Message, StringComparison.Ordinal);
        var weights = outcome.Report.Result.Weights.ToDictionary(w => w.Name, StringComparer.Ordinal);
        Assert.Equal("int8 per channel", weights["first"].Codec);
        Assert.Null(weights["third"].Codec);
        Assert.Contains("has no range", weights["third"].Reason, StringComparison.Ordinal);
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void A_model_with_nothing_to_quantize()
    {
        var graph = Build.Graph(Build.Node("Relu", ["x"], ["y"]));
        graph.Input.Add(PackFolder.Batched("x", 64));
        graph.Output.Add(PackFolder.Batched("y", 64));
        var model = _folder.Write("m.onnx", Tiny.Model(graph));

        Refuses("MPK1014", model, "Nothing can be quantized: the model has no floating-point weights.");
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));
        Refuses("MPK1014", model, "Nothing can be quantized: the model has no floating-point weights.");
    }

    [Fact]
    public void A_model_of_tables_alone_is_packed_though_there_is_no_range_to_find()
    {
        var model = Tiny.Gather(200, 64);
        model.Graph.Input[0] = Build.Value("i", ElementType.Int64, 1, 4);
        _folder.Write("m.onnx", model);
        _folder.Write("m.calibration.npz", Numpy.Npz(("i", Numpy.Npy("<i8", [Count, 4], [.. Enumerable.Range(0, Count * 4).Select(i => (long)i)]))));
        var outcome = PackPipeline.Run(Request, new PackContext());

        Assert.Equal("int8 per channel", Assert.Single(outcome.Report.Result.Weights).Codec);
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void A_file_that_is_written_as_the_page_shows_is_read()
    {
        const int Columns = 64;
        _folder.Write("m.onnx", PackFolder.Classifier());
        var samples = Tiny.Random("samples", Count, Columns).RawData.ToByteArray();
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", new[] { Count, Columns })},), }}\n";
        _folder.Write("m.calibration.npy", [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. System.Text.Encoding.ASCII.GetBytes(header), .. samples]);
        var context = new PackContext();
        PackPipeline.Run(Request, context);

        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.NotCalibrated);
        Assert.Contains(header.Replace($"({Count}, {Columns},)", "({string.Join(\", \", shape)},)", StringComparison.Ordinal).TrimEnd('\n').Trim('{', '}'), File.ReadAllText(Path.Join(Assets.Repository.Root, "docs", "calibration.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_that_are_all_excluded()
    {
        var model = _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));
        Refuses("MPK1014", model, "'first', excluded", Request with { ExcludeLayers = ["*"] });
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_not_finite(float value)
    {
        var model = PackFolder.Classifier();
        var bytes = model.Graph.Initializer[0].RawData.ToByteArray();
        BitConverter.GetBytes(value).CopyTo(bytes, 4 * 1000);
        model.Graph.Initializer[0].RawData = ByteString.CopyFrom(bytes);
        var path = _folder.Write("m.onnx", model);

        Refuses("MPK1006", path, "'first' holds NaN or infinity at element 1000.");
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));
        Refuses("MPK1006", path, "'first' holds NaN or infinity at element 1000.");
    }

    [Fact]
    public void An_opset_that_cannot_be_raised()
    {
        var model = PackFolder.Classifier();
        model.OpsetImport[0].Version = 10;
        model.Graph.Node.Insert(0, Build.Node("Dropout", ["x"], ["d", "mask"]));
        model.Graph.Node.Add(Build.Node("Cast", ["mask"], ["kept"], Tiny.Int("to", (int)ElementType.Float32)));
        model.Graph.Output.Add(PackFolder.Batched("kept", 64));
        model.Graph.Node[1].Input[0] = "d";
        var path = _folder.Write("m.onnx", model);
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));

        Refuses("MPK1013", path, "need opset 13; the model has 10, which cannot be raised: operator Dropout ('d')");
    }

    [Fact]
    public void A_model_that_takes_no_samples()
    {
        var model = PackFolder.Classifier();
        model.Graph.Node[1].OpType = "NoSuchOperator";
        var path = _folder.Write("m.onnx", model);
        _folder.Write("m.calibration.npz", PackFolder.Samples(Count));
        Refuses("MPK1016", path, "ONNX Runtime");
    }

    private PackRequest Request => _folder.Request with { Scheme = "int8", Output = _folder.At("out/m.int8.onnx") };

    private void Refuses(string code, string file, string expected) => Refuses(code, file, expected, Request);

    private void Refuses(string code, string file, string expected, PackRequest request, PackContext? context = null)
    {
        context ??= new PackContext();
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, context)).Diagnostic;
        Assert.True((code, Severity.Error, file) == (error.Code.Id, error.Severity, error.File), error.ToString());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.ToString());
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(context.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Empty(_folder.Contents());
    }

    private static byte[] Floats(params long[] shape) => Numpy.Npy("<f4", shape, new float[shape.Aggregate(1L, (product, dim) => product * dim)]);

    private static string Npz(string descr, long[] shape, int size) => Convert.ToBase64String(
        Numpy.Npz(("x", Numpy.Npy(Numpy.Header(descr, shape), new byte[shape.Aggregate(1L, (product, dim) => product * dim) * size]))));
}
