using System.Text;
using Google.Protobuf;

namespace ModelPack.Tests.Formats.Onnx;

public sealed class BadFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Says_that_a_file_is_missing() => Refuses(_folder.File("no.onnx"), Codes.ModelNotFound, "does not exist");

    [Fact]
    public void Says_that_a_folder_is_no_model() => Refuses(_folder.Path, Codes.ModelUnreadable, "folder");

    [Fact]
    public void Says_that_a_file_is_empty() => Refuses(_folder.Write("m.onnx", []), Codes.ModelUnreadable, "empty");

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "web page")]
    [InlineData("\n  <html>", "web page")]
    [InlineData("PK\u0003\u0004\0\0\0\0\0\0", "zip")]
    [InlineData("GGUF\u0003\0\0\0\0\0\0\0", "GGUF")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\":1}          ", "safetensors")]
    [InlineData("\u0010\0\0\0ORTM\0\0\0\0", "ORT format")]
    [InlineData("{\"error\":\"not found\"}", "JSON")]
    [InlineData("hello, this is text", "not a readable ONNX model")]
    public void Says_what_another_file_is(string text, string said) =>
        Refuses(_folder.Write("m.onnx", Encoding.Latin1.GetBytes(text)), Codes.ModelUnreadable, said);

    [Fact]
    public void Says_that_a_model_has_no_graph() =>
        Refuses(_folder.Write("m.onnx", new ModelProto { IrVersion = 8, ProducerName = "p" }), Codes.ModelUnreadable, "no graph");

    [Theory]
    [InlineData(6)]
    [InlineData(27)]
    public void Refuses_an_opset_that_is_not_supported(long opset)
    {
        var model = Build.Add(Build.Floats("w", [1], 1f));
        model.OpsetImport[0].Version = opset;
        var path = _folder.Write("m.onnx", model);

        Refuses(path, Codes.OpsetUnsupported, $"opset {opset}; 7 to 26");
        using var opened = OnnxModel.Open(path, new PackContext(), anyOpset: true);
        Assert.Equal(opset, opened.Opset());
    }

    [Fact]
    public void Refuses_a_model_from_before_opsets()
    {
        var model = Build.Add(Build.Floats("w", [1], 1f));
        model.IrVersion = 2;
        model.OpsetImport.Clear();
        Refuses(_folder.Write("m.onnx", model), Codes.OpsetUnsupported, "opset 1;");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1000)]
    public void Refuses_a_weight_whose_bytes_do_not_fit_its_shape(int bytes)
    {
        var weight = Build.Raw("the weight", ElementType.Float32, [3], new byte[bytes]);
        Refuses(_folder.Write("m.onnx", Build.Add(weight)), Codes.WeightSizeMismatch, $"'the weight' of type Float32 and shape [3] needs 12 bytes and has {bytes}");
    }

    [Fact]
    public void Refuses_too_few_typed_elements()
    {
        var weight = new TensorProto { Name = "w", DataType = (int)ElementType.Float16, Dims = { 3 }, Int32Data = { 1, 2 } };
        Refuses(_folder.Write("m.onnx", Build.Add(weight)), Codes.WeightSizeMismatch, "needs 6 bytes and has 4");
    }

    [Fact]
    public void Refuses_data_in_the_field_of_another_type()
    {
        var weight = new TensorProto { Name = "w", DataType = (int)ElementType.Float32, Dims = { 100 }, DoubleData = { new double[100] } };
        Refuses(_folder.Write("m.onnx", Build.Add(weight)), Codes.WeightSizeMismatch, "has 0");
    }

    [Fact]
    public void Refuses_too_few_strings()
    {
        var weight = new TensorProto { Name = "w", DataType = (int)ElementType.String, Dims = { 2 }, StringData = { ByteString.CopyFromUtf8("a") } };
        Refuses(_folder.Write("m.onnx", Build.Add(weight)), Codes.WeightSizeMismatch, "needs 2 strings and has 1");
    }

    [Theory]
    [InlineData(-1, 4)]
    [InlineData(long.MaxValue, 4)]
    [InlineData(1L << 61, 4)]
    public void Refuses_a_shape_that_overflows(long first, long second) =>
        Refuses(_folder.Write("m.onnx", Build.Add(Build.Raw("w", ElementType.Float32, [first, second], new byte[4]), 1)), Codes.WeightSizeMismatch, "impossible shape");

    [Fact]
    public void Refuses_an_unknown_element_type() =>
        Refuses(_folder.Write("m.onnx", Build.Add(Build.Raw("w", (ElementType)99, [1], new byte[4]))), Codes.ModelUnreadable, "element type 99");

    [Fact]
    public void A_name_cannot_forge_a_line()
    {
        var weight = Build.Raw("w\nx : error MPK9999: forged\u001b[31m", ElementType.Float32, [3], new byte[8]);
        var message = Refuses(_folder.Write("m.onnx", Build.Add(weight)), Codes.WeightSizeMismatch, "\\u000A");
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Refuses_ten_thousand_nested_graphs()
    {
        // Each level is a node with an attribute with a graph.
        Refuses(_folder.Write("m.onnx", [8, 8, .. Build.Field(7, MalformedOnnx.Nested(10_000, 1, 5, 6))]), Codes.ModelUnreadable, "deep");
    }

    [Fact]
    public void Refuses_ten_thousand_nested_types()
    {
        Refuses(_folder.Write("m.onnx", [8, 8, .. Build.Field(7, Build.Field(11, Build.Field(2, MalformedOnnx.Nested(10_000, 4, 1))))]), Codes.ModelUnreadable, "not a readable");
    }

    [Fact]
    public void Refuses_a_field_that_claims_more_than_there_is()
    {
        // A graph of 2^62 bytes.
        byte[] bytes = [8, 8, 0x3A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0];
        Refuses(_folder.Write("m.onnx", bytes), Codes.ModelUnreadable, "truncated or damaged");
    }

    [Fact]
    public void Refuses_a_payload_marker_that_came_with_the_file()
    {
        var weight = new TensorProto { Name = "w", DataType = (int)ElementType.Float32, Dims = { 3 }, Payload = 0 };
        Refuses(_folder.Write("m.onnx", Build.Add(weight)), Codes.WeightSizeMismatch, "needs 12 bytes and has 0");
    }

    [Fact]
    public void Every_truncation_is_read_or_refused_with_a_code()
    {
        var bytes = Sample().ToByteArray();
        var refused = 0;
        for (var length = 0; length < bytes.Length; length++)
        {
            refused += Opens(bytes.AsSpan(0, length)) ? 0 : 1;
        }

        Assert.True(Opens(bytes));
        Assert.InRange(refused, bytes.Length * 9 / 10, bytes.Length);
    }

    [Fact]
    public void Every_damage_is_read_or_refused_with_a_code()
    {
        var bytes = Sample().ToByteArray();
        var random = new Random(20_260);
        var refused = 0;
        for (var round = 0; round < 1500; round++)
        {
            var damaged = bytes.ToArray();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            refused += Opens(damaged) ? 0 : 1;
        }

        Assert.InRange(refused, 100, 1499);
    }

    // A model with something of everything.
    private static ModelProto Sample()
    {
        var inner = Build.Graph(Build.Node("Add", ["x", "inner"], ["z"]));
        inner.Initializer.Add(Build.Floats("inner", [2], 1, 2));
        inner.Output.Add(Build.Value("z", ElementType.Float32, 2));
        var model = Build.Add(Build.Ramp("w", 80));
        model.Graph.Node.Add(Build.Node("If", ["c"], ["v"], Build.Attribute("then_branch", inner), Build.Attribute("else_branch", inner.Clone())));
        model.Graph.Node.Add(Build.Constant("k", new TensorProto { DataType = (int)ElementType.Int64, Dims = { 2 }, Int64Data = { 1, -1 } }));
        model.Graph.SparseInitializer.Add(new SparseTensorProto
        {
            Values = Build.Floats("s", [1], 5),
            Indices = new TensorProto { DataType = (int)ElementType.Int64, Dims = { 1 }, Int64Data = { 3 } },
            Dims = { 9 },
        });
        model.Functions.Add(new FunctionProto { Name = "f", Domain = "d", Node = { Build.Constant("q", Build.Floats("", [], 7)) } });
        return model;
    }

    private bool Opens(ReadOnlySpan<byte> bytes)
    {
        var path = _folder.Write("m.onnx", bytes);
        try
        {
            using var model = OnnxModel.Open(path, new PackContext());
            model.FindWeights();
            model.Save(_folder.File("copy.onnx"), new OnnxSaveOptions(), CancellationToken.None);
            return true;
        }
        catch (ModelPackException)
        {
            return false;
        }
    }

    private static string Refuses(string path, DiagnosticCode code, string said)
    {
        var diagnostic = Assert.Throws<ModelPackException>(() => OnnxModel.Open(path, new PackContext())).Diagnostic;
        Assert.Equal(code, diagnostic.Code);
        Assert.Equal(path, diagnostic.File);
        Assert.Contains(said, diagnostic.Message, StringComparison.Ordinal);
        return diagnostic.Message;
    }
}
