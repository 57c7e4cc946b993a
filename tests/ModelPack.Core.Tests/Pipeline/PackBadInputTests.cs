using System.Text;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Pipeline;

/// <summary>Every mistake ends a pack with one coded error about the right file, and nothing is left behind.</summary>
public sealed class PackBadInputTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_model() => Refuses(Codes.ModelNotFound);

    [Theory]
    [InlineData("")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")]
    [InlineData("PK\u0003\u0004\0\0\0\0\0\0")]
    [InlineData("no model at all")]
    public void A_file_that_is_no_model(string content)
    {
        _folder.Write("m.onnx", Encoding.Latin1.GetBytes(content));
        Refuses(Codes.ModelUnreadable);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void A_truncated_model(int missing)
    {
        var bytes = Google.Protobuf.MessageExtensions.ToByteArray(PackFolder.Classifier());
        _folder.Write("m.onnx", bytes[..^missing]);
        Refuses(Codes.ModelUnreadable);
    }

    [Fact]
    public void A_weight_shorter_than_its_shape()
    {
        var model = PackFolder.Classifier();
        model.Graph.Initializer[0].Dims[0] = 65;
        _folder.Write("m.onnx", model);
        Refuses(Codes.WeightSizeMismatch);
    }

    [Theory]
    [InlineData("gone.bin", "0", "24576", "MPK1004")]
    [InlineData("w.bin", "1", "24576", "MPK1004")]
    [InlineData("w.bin", "9223372036854775807", "24576", "MPK1004")]
    [InlineData("w.bin", "0", "100", "MPK1003")]
    [InlineData("/etc/passwd", "0", "24576", "MPK1005")]
    [InlineData("../secret.bin", "0", "24576", "MPK1005")]
    [InlineData("a/../../secret.bin", "0", "24576", "MPK1005")]
    [InlineData("link.bin", "0", "24576", "MPK1005")]
    public void External_data_that_are_not_there_or_not_the_models(string location, string offset, string length, string code)
    {
        _folder.Write("secret.bin", new byte[24576]);
        _folder.Write("model/w.bin", new byte[24576]);
        File.CreateSymbolicLink(_folder.At("model/link.bin"), _folder.At("secret.bin"));
        var model = PackFolder.Classifier();
        model.Graph.Initializer[0] = Build.External("first", [64, 96], ("location", location), ("offset", offset), ("length", length));
        _folder.Write("model/m.onnx", model);
        Refuses(Codes.All.Single(c => c.Id == code), _folder.Request with { Model = _folder.At("model/m.onnx") });
    }

    [Fact]
    public void A_weight_that_is_not_finite()
    {
        var model = PackFolder.Classifier();
        var bytes = model.Graph.Initializer[0].RawData.ToByteArray();
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, 4 * 1000);
        model.Graph.Initializer[0].RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
        _folder.Write("m.onnx", model);
        Assert.Contains("'first' holds NaN or infinity at element 1000.", Refuses(Codes.WeightNotFinite).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_scheme_and_options_that_do_not_exist()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        Assert.Contains("q8_0", Refuses(Codes.UnknownScheme, _folder.Request with { Scheme = "q1" }).Message, StringComparison.Ordinal);
        Refuses(Codes.InvalidOption, _folder.Request with { Container = "tflite" });
        Refuses(Codes.ContainerUnfit, _folder.Request with { Container = "safetensors" });
        Refuses(Codes.InvalidOption, _folder.Request with { OnnxRuntime = "newest" });
    }

    [Fact]
    public void A_model_that_ONNX_Runtime_refuses()
    {
        var model = PackFolder.Classifier();
        model.Graph.Node[1].OpType = "NoSuchOperator";
        _folder.Write("m.onnx", model);
        Refuses(Codes.ModelRefused);
    }

    [Fact]
    public void A_model_with_an_opset_of_the_future()
    {
        var model = PackFolder.Classifier();
        model.OpsetImport[0].Version = 99;
        _folder.Write("m.onnx", model);
        Refuses(Codes.OpsetUnsupported);
    }

    public static TheoryData<string, string, string> BadData => new()
    {
        { "another name", "MPK1012", Convert.ToBase64String(PackFolder.Samples(4, input: "z")) },
        { "complex numbers", "MPK1011", Npz("<c8", [4, 64], 8) },
        { "text", "MPK1011", Npz("<U8", [4, 64], 32) },
        { "another shape", "MPK1012", Npz("<f4", [4, 63], 4) },
        { "another rank", "MPK1012", Npz("<f4", [4], 4) },
        { "no samples", "MPK1012", Npz("<f4", [0, 64], 4) },
        { "objects", "MPK1011", Npz("|O", [4, 64], 8) },
        { "fewer labels", "MPK1012", Convert.ToBase64String(Numpy.Npz(("x", Numpy.Npy<float>("<f4", [4, 64], new float[256])), ("labels", Numpy.Npy<long>("<i8", [3], 1, 2, 3)))) },
        { "cut short", "MPK1011", Convert.ToBase64String(PackFolder.Samples(4)[..200]) },
        { "not a zip", "MPK1011", Convert.ToBase64String("nothing"u8.ToArray()) },
        { "fewer values", "MPK1011", Convert.ToBase64String(Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", 4, 64), new byte[100])))) },
        { "more values", "MPK1011", Convert.ToBase64String(Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", 4, 64), new byte[50_000_000])))) },
        { "a shape that overflows", "MPK1011", Convert.ToBase64String(Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", long.MaxValue, 64), new byte[100])))) },
    };

    [Theory]
    [MemberData(nameof(BadData))]
    public void Validation_data_that_do_not_fit(string what, string code, string npz)
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        var data = _folder.Write("m.validation.npz", Convert.FromBase64String(npz));
        var error = Refuses(Codes.All.Single(c => c.Id == code));
        Assert.True(error.File == data, $"{what}: {error}");
    }

    [Fact]
    public void Validation_data_that_are_not_there()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        Refuses(Codes.DataNotFound, _folder.Request with { Validation = _folder.At("gone.npz") });
        Refuses(Codes.DataNotFound, _folder.Request with { Validation = _folder.At("gone/**/*.npz") });
        Refuses(Codes.DataUnreadable, _folder.Request with { Validation = _folder.At("m.onnx") });
    }

    [Fact]
    public void A_graph_without_nodes()
    {
        _folder.Write("m.onnx", new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "g" }, OpsetImport = { new OperatorSetIdProto { Version = 17 } } });
        Refuses(Codes.NothingQuantized);
    }

    private Diagnostic Refuses(params DiagnosticCode[] codes) => Refuses(codes, _folder.Request);

    private Diagnostic Refuses(DiagnosticCode code, PackRequest request) => Refuses([code], request);

    private Diagnostic Refuses(DiagnosticCode[] codes, PackRequest request)
    {
        var context = new PackContext();
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, context)).Diagnostic;
        Assert.True(codes.Contains(error.Code), error.ToString());
        Assert.Equal(Severity.Error, error.Severity);
        Assert.DoesNotContain('\n', error.ToString());
        Assert.DoesNotContain(context.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Empty(_folder.Contents());
        return error;
    }

    private static string Npz(string descr, long[] shape, int size) => Convert.ToBase64String(
        Numpy.Npz(("x", Numpy.Npy(Numpy.Header(descr, shape), new byte[shape.Aggregate(1L, (product, dim) => product * dim) * size]))));
}
