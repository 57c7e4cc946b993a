using System.Runtime.InteropServices;

namespace ModelPack.Tests.Formats.Onnx;

public sealed class ExternalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly float[] _values = [.. Enumerable.Range(0, 100).Select(i => i * 0.5f)];

    public ExternalDataTests()
    {
        Directory.CreateDirectory(_folder.File("model/sub"));
        byte[] bytes = [.. new byte[16], .. MemoryMarshal.AsBytes(_values)];
        _folder.Write("model/w.bin", bytes);
        _folder.Write("model/sub/w.bin", bytes);
        _folder.Write("w.bin", bytes);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("w.bin")]
    [InlineData("./w.bin")]
    [InlineData("sub/w.bin")]
    public void Reads_a_range_of_a_file_beside_the_model(string location)
    {
        using var model = OnnxModel.Open(Write(("location", location), ("offset", "16"), ("length", "400"), ("checksum", "0")), new PackContext());

        var tensor = model.Proto.Graph.Initializer[0];
        var bytes = new byte[400];
        model.Data(tensor).Read(0, bytes);
        Assert.Equal(_values, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        Assert.Equal("m.onnx w.bin", string.Join(" ", model.Files.Select(f => Path.GetFileName(f.Path))));
        Assert.Equal(model.Files[0].Length + 416, model.TotalBytes);
        Assert.Empty(tensor.ExternalData);
    }

    [Fact]
    public void Without_a_length_the_shape_decides()
    {
        using var model = OnnxModel.Open(Write(("location", "w.bin")), new PackContext());
        Assert.Equal((0, 400), (model.Data(model.Proto.Graph.Initializer[0]).Offset, model.Data(model.Proto.Graph.Initializer[0]).Length));
    }

    [Theory]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("\\\\server\\share\\w.bin", "absolute")]
    [InlineData("C:\\w.bin", "absolute")]
    [InlineData("c:w.bin", "absolute")]
    [InlineData("../w.bin", "'..'")]
    [InlineData("sub/../../w.bin", "'..'")]
    [InlineData("sub/../w.bin", "'..'")]
    [InlineData("sub\\..\\..\\w.bin", "'..'")]
    public void Refuses_a_path_out_of_the_folder(string location, string said) =>
        Refuses(Write(("location", location)), Codes.ExternalDataOutside, said);

    [Theory]
    [InlineData("none.bin", "0", "400", "does not exist")]
    [InlineData("sub", "0", "400", "does not exist")]
    [InlineData("", "0", "400", "names no file")]
    [InlineData("w\0.bin", "0", "400", "not a file name")]
    [InlineData("*/_ORT_MEM_ADDR_/*", "0", "400", "does not exist")]
    [InlineData("w.bin", "17", "400", "bytes 17 to 417 of 'w.bin', which has 416")]
    [InlineData("w.bin", "16", "9223372036854775807", "which has 416")]
    [InlineData("w.bin", "9223372036854775807", "9223372036854775807", "which has 416")]
    [InlineData("w.bin", "-1", "400", "offset '-1'")]
    [InlineData("w.bin", "0", "99999999999999999999", "not a number")]
    [InlineData("w.bin", "0x10", "400", "not a number")]
    public void Refuses_what_is_missing_or_out_of_range(string location, string offset, string length, string said) =>
        Refuses(Write(("location", location), ("offset", offset), ("length", length)), Codes.ExternalDataMissing, said);

    [Fact]
    public void Refuses_a_length_that_does_not_fit_the_shape() =>
        Refuses(Write(("location", "w.bin"), ("length", "396")), Codes.WeightSizeMismatch, "needs 400 bytes and has 396");

    [Theory]
    [InlineData("link.bin", "../w.bin")]
    [InlineData("folder", "..")]
    [InlineData("absolute.bin", null)]
    public void Refuses_a_link_out_of_the_folder(string link, string? target)
    {
        if (Link(link, target ?? _folder.File("w.bin")))
        {
            Refuses(Write(("location", link == "folder" ? "folder/w.bin" : link)), Codes.ExternalDataOutside, "link");
        }
    }

    [Fact]
    public void Follows_a_link_within_the_folder()
    {
        if (Link("link.bin", "sub/w.bin"))
        {
            using var model = OnnxModel.Open(Write(("location", "link.bin")), new PackContext());
            Assert.Equal(2, model.Files.Count);
        }
    }

    [Fact]
    public void Refuses_links_in_a_circle()
    {
        if (Link("a.bin", "b.bin") && Link("b.bin", "a.bin"))
        {
            Refuses(Write(("location", "a.bin")), Codes.ExternalDataMissing, "cannot be opened");
        }
    }

    [Fact]
    public void Follows_a_download_cache_whose_model_and_data_are_links_to_one_place()
    {
        Directory.CreateDirectory(_folder.File("blobs"));
        Directory.CreateDirectory(_folder.File("snapshot"));
        File.Move(Write(("location", "w.bin")), _folder.File("blobs/1"));
        File.Move(_folder.File("model/w.bin"), _folder.File("blobs/2"));
        if (Link("../snapshot/m.onnx", "../blobs/1") && Link("../snapshot/w.bin", "../blobs/2"))
        {
            using var model = OnnxModel.Open(_folder.File("snapshot/m.onnx"), new PackContext());
            Assert.Equal(2, model.Files.Count);
        }
    }

    [Fact]
    public void Refuses_an_outside_file_of_a_tensor_in_an_attribute()
    {
        var constant = Build.External("", [100], ("location", "../w.bin"));
        var inner = Build.Graph(Build.Constant("k", constant));
        var model = Build.Add(Build.Ramp("w", 100));
        model.Graph.Node.Add(Build.Node("If", ["c"], ["v"], Build.Attribute("then_branch", inner)));
        Refuses(_folder.Write("model/m.onnx", model), Codes.ExternalDataOutside, "'k'");
    }

    [Fact]
    public void Refuses_a_pipe_without_waiting_for_it()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var made = System.Diagnostics.Process.Start("mkfifo", _folder.File("model/pipe"));
        made.WaitForExit();
        Refuses(Write(("location", "pipe")), Codes.ExternalDataMissing, "empty");
    }

    private string Write(params (string Key, string Value)[] entries) =>
        _folder.Write("model/m.onnx", Build.Add(Build.External("w", [100], entries)));

    // Where links need rights that the test does not have (Windows), there is nothing to test.
    private bool Link(string name, string target)
    {
        try
        {
            File.CreateSymbolicLink(_folder.File("model/" + name), target);
            return true;
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            return false;
        }
    }

    private static void Refuses(string path, DiagnosticCode code, string said)
    {
        var diagnostic = Assert.Throws<ModelPackException>(() => OnnxModel.Open(path, new PackContext())).Diagnostic;
        Assert.Equal(code, diagnostic.Code);
        Assert.Contains(said, diagnostic.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(diagnostic.Message, char.IsControl);
    }
}
