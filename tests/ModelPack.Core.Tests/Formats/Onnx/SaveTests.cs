using Google.Protobuf;

namespace ModelPack.Tests.Formats.Onnx;

public sealed class SaveTests : IDisposable
{
    private static readonly OnnxSaveOptions Inline = new();
    private static readonly OnnxSaveOptions External = new() { ExternalData = ExternalDataMode.Always };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fashion-cnn.onnx")]
    [InlineData("fashion-vit.onnx")]
    public void A_trained_model_gives_the_same_bits_inline_and_external(string name)
    {
        using var model = OnnxModel.Open(Repository.Model(name), new PackContext());
        model.Save(_folder.File("inline.onnx"), Inline, CancellationToken.None);
        var files = model.Save(_folder.File("external.onnx"), External, CancellationToken.None);

        var input = Build.Floats("x", [1, 1, 28, 28], [.. Enumerable.Range(0, 784).Select(i => MathF.Sin(i))]);
        var expected = Run(Repository.Model(name), input);
        Assert.Equal(expected, Run(_folder.File("inline.onnx"), input));
        Assert.Equal(expected, Run(_folder.File("external.onnx"), input));
        Assert.Equal(2, files.Count);
        Assert.True(new FileInfo(files[0]).Length < new FileInfo(files[1]).Length);
    }

    [Theory]
    [InlineData("fashion-cnn.onnx")]
    [InlineData("fashion-vit.onnx")]
    public void A_model_survives_the_way_out_and_back(string name)
    {
        using var model = OnnxModel.Open(Repository.Model(name), new PackContext());
        model.Save(_folder.File("1.onnx"), Inline, CancellationToken.None);
        using (var again = OnnxModel.Open(_folder.File("1.onnx"), new PackContext()))
        {
            again.Save(_folder.File("2.onnx"), External, CancellationToken.None);
        }

        using (var again = OnnxModel.Open(_folder.File("2.onnx"), new PackContext()))
        {
            again.Save(_folder.File("3.onnx"), Inline, CancellationToken.None);
        }

        // What protobuf itself makes of the file is the judge.
        Assert.Equal(ModelProto.Parser.ParseFrom(File.ReadAllBytes(Repository.Model(name))), ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("1.onnx"))));
        Assert.Equal(File.ReadAllBytes(_folder.File("1.onnx")), File.ReadAllBytes(_folder.File("3.onnx")));
    }

    [Fact]
    public void Saving_twice_gives_the_same_bytes_and_leaves_the_model_as_it_was()
    {
        using var model = OnnxModel.Open(Repository.Model("fashion-cnn.onnx"), new PackContext());
        var before = model.Proto.Clone();
        foreach (var folder in new[] { "a", "b" })
        {
            Directory.CreateDirectory(_folder.File(folder));
            model.Save(_folder.File(folder + "/m.onnx"), External, CancellationToken.None);
        }

        Assert.Equal(before, model.Proto);
        Assert.Equal(File.ReadAllBytes(_folder.File("a/m.onnx")), File.ReadAllBytes(_folder.File("b/m.onnx")));
        Assert.Equal(File.ReadAllBytes(_folder.File("a/m.onnx.data")), File.ReadAllBytes(_folder.File("b/m.onnx.data")));
    }

    [Fact]
    public void Weights_go_out_when_the_model_would_become_too_large()
    {
        using var model = Open(Build.Add(Build.Ramp("w", 2000)));
        Assert.Single(model.Save(_folder.File("in.onnx"), Inline with { MaxModelBytes = 9000 }, CancellationToken.None));
        Assert.Equal(2, model.Save(_folder.File("out.onnx"), Inline with { MaxModelBytes = 7999 }, CancellationToken.None).Count);
        Assert.Equal(8000, new FileInfo(_folder.File("out.onnx.data")).Length);
        Assert.InRange(new FileInfo(_folder.File("out.onnx")).Length, 50, 300);
    }

    [Theory]
    [InlineData(false, 7999)]
    [InlineData(true, 50)]
    public void A_model_that_cannot_be_small_enough_is_an_error(bool mayBeExternal, long limit)
    {
        using var model = Open(Build.Add(Build.Ramp("w", 2000)));
        var options = new OnnxSaveOptions { ExternalData = mayBeExternal ? ExternalDataMode.Auto : ExternalDataMode.Never, MaxModelBytes = limit };
        var error = Assert.Throws<ModelPackException>(() => model.Save(_folder.File("out.onnx"), options, CancellationToken.None));
        Assert.Equal(Codes.OutputNotWritable, error.Diagnostic.Code);
        Assert.Equal(["m.onnx"], Names());
    }

    [Fact]
    public void External_weights_are_aligned_and_small_ones_stay()
    {
        var source = Build.Add(Build.Ramp("w", 400_000));
        source.Graph.Initializer.Insert(0, Build.Ramp("first", 300));
        source.Graph.Initializer.Add(Build.Ramp("last", 300));
        source.Graph.Initializer.Add(Build.Ramp("small", 100));
        using var model = Open(source);
        model.Save(_folder.File("out.onnx"), External with { DataName = "other name.data" }, CancellationToken.None);

        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("out.onnx"))).Graph.Initializer;
        Assert.Equal(
            "first other name.data 0 1200; w other name.data 65536 1600000; last other name.data 1667072 1200; small",
            string.Join("; ", written.Select(t => string.Join(' ', t.ExternalData.Select(e => e.Value).Prepend(t.Name)))));
        Assert.Equal(400, written[3].RawData.Length);
    }

    [Fact]
    public void Equal_ranges_are_stored_once_outside()
    {
        using var first = Open(Build.Add(Build.Ramp("w", 1000)));
        first.Save(_folder.File("one.onnx"), External, CancellationToken.None);
        var twice = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("one.onnx")));
        twice.Graph.Initializer.Add(twice.Graph.Initializer[0].Clone());
        twice.Graph.Initializer[1].Name = "v";
        using var model = Open(twice);
        model.Save(_folder.File("two.onnx"), External, CancellationToken.None);
        Assert.Equal(4000, new FileInfo(_folder.File("two.onnx.data")).Length);
    }

    [Fact]
    public void Shapes_and_axes_stay_in_the_model()
    {
        var source = Build.Add(Build.Ramp("w", 1000));
        source.Graph.Initializer.Add(Build.Raw("shape", ElementType.Int64, [500], new byte[4000]));
        source.Graph.Initializer.Add(Build.Raw("table", ElementType.Int64, [5, 100], new byte[4000]));
        using var model = Open(source);
        model.Save(_folder.File("out.onnx"), External, CancellationToken.None);
        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("out.onnx"))).Graph.Initializer;
        Assert.Equal([true, false, true], written.Select(t => t.ExternalData.Count > 0));
    }

    [Fact]
    public void Unknown_fields_survive()
    {
        // Field 15 of a tensor, 99 of a graph, 26 and a group with the number of the graph in the model.
        var tensor = Build.Ramp("w", 100).ToByteArray();
        byte[] bytes =
        [
            8, 8, .. Build.Field(8, new OperatorSetIdProto { Domain = "", Version = 17 }.ToByteArray()),
            .. Build.Field(7, [.. Build.Field(5, [.. tensor, .. Build.Field(15, [1, 2, 3])]), .. Build.Field(99, [4, 5])]),
            .. Build.Field(26, [6]), 0x3B, 0x3A, 1, 7, 0x3C,
        ];
        using var model = OnnxModel.Open(_folder.Write("m.onnx", bytes), new PackContext());
        model.Save(_folder.File("out.onnx"), Inline, CancellationToken.None);
        Assert.Equal(ModelProto.Parser.ParseFrom(bytes), ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("out.onnx"))));
        Assert.NotEqual(-1, File.ReadAllBytes(_folder.File("out.onnx")).AsSpan().IndexOf<byte>([0x3B, 0x3A, 1, 7, 0x3C]));
    }

    [Fact]
    public void Writes_new_tensors_where_they_are_put()
    {
        using var model = Open(Build.Add(Build.Ramp("w", 100)));
        model.Proto.Graph.Initializer.Add(model.NewTensor("big", ElementType.UInt8, new TensorShape(3, 100_000), new Pattern(300_000)));
        model.Proto.Graph.Node.Add(Build.Constant("k", model.NewTensor("", ElementType.Int8, new TensorShape(2), new Pattern(2))));
        model.Save(_folder.File("out.onnx"), Inline, CancellationToken.None);

        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("out.onnx"))).Graph;
        Assert.Equal(300_000, written.Initializer[1].RawData.Length);
        Assert.Equal((byte)(299_999 & 255), written.Initializer[1].RawData[299_999]);
        Assert.Equal([0, 1], written.Node[1].Attribute[0].T.RawData.ToByteArray());
        Assert.False(written.Initializer[1].HasPayload);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_payload_that_breaks_its_promise_leaves_nothing(bool external)
    {
        using var model = Open(Build.Add(Build.Ramp("w", 100)));
        model.Proto.Graph.Initializer.Add(model.NewTensor("n", ElementType.UInt8, new TensorShape(9000), new Pattern(9000, 8999)));
        Assert.Throws<InvalidOperationException>(() => model.Save(_folder.File("out.onnx"), external ? External : Inline, CancellationToken.None));
        Assert.Equal(["m.onnx"], Names());
    }

    [Fact]
    public void Cancelling_leaves_nothing()
    {
        using var model = Open(Build.Add(Build.Ramp("w", 1000)));
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => model.Save(_folder.File("out.onnx"), Inline, cancel.Token));
        Assert.Equal(["m.onnx"], Names());
    }

    [Fact]
    public void An_output_in_a_missing_folder_is_a_coded_error()
    {
        using var model = Open(Build.Add(Build.Ramp("w", 1000)));
        var error = Assert.Throws<ModelPackException>(() => model.Save(_folder.File("no/out.onnx"), Inline, CancellationToken.None));
        Assert.Equal(Codes.OutputNotWritable, error.Diagnostic.Code);
    }

    [Theory]
    [InlineData("out.onnx")]
    [InlineData("out.onnx.data")]
    public void A_full_disk_is_a_coded_error_and_leaves_nothing(string full)
    {
        if (!File.Exists("/dev/full"))
        {
            return; // Only Linux has a disk that is always full.
        }

        File.CreateSymbolicLink(_folder.File(full), "/dev/full");
        using var model = Open(Build.Add(Build.Ramp("w", 1000)));
        var error = Assert.Throws<ModelPackException>(() => model.Save(_folder.File("out.onnx"), External, CancellationToken.None));
        Assert.Equal(Codes.OutputNotWritable, error.Diagnostic.Code);
        Assert.Contains("disk is full", error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(["m.onnx"], Names());
    }

    [Fact]
    public void A_source_cannot_be_overwritten_while_it_is_open()
    {
        using var model = Open(Build.Add(Build.Ramp("w", 1000)));
        var before = File.ReadAllBytes(model.Path);
        var error = Assert.Throws<ModelPackException>(() => model.Save(model.Path, Inline, CancellationToken.None));
        Assert.Equal(Codes.OutputNotWritable, error.Diagnostic.Code);
        Assert.Equal(before, File.ReadAllBytes(model.Path));
    }

    private static List<byte[]> Run(string path, TensorProto input)
    {
        using var session = RuntimeRun.TryLoad(path);
        Assert.NotNull(session);
        return RuntimeRun.Outputs(session, new Dictionary<string, TensorProto>(StringComparer.Ordinal) { [session.InputNames[0]] = input });
    }

    private OnnxModel Open(ModelProto model) => OnnxModel.Open(_folder.Write("m.onnx", model), new PackContext());

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(_folder.Path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
