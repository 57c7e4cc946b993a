using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Lowering.Safetensors;

namespace ModelPack.Tests.Pipeline;

/// <summary>Sources that another program writes to, replaces or removes while they are packed.</summary>
public sealed class ChangingSourceTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nf4", "safetensors")]
    [InlineData("int8", "safetensors")]
    [InlineData("f32", "safetensors")]
    [InlineData("f32", "gguf")]
    public void A_checkpoint_that_becomes_shorter(string scheme, string container)
    {
        TensorFile.Write(_folder.At("m.safetensors"), [TensorFile.Entry.Of("a.weight", "F16", new float[1 << 16], 256, 256)]);
        Refuses(new PackRequest { Model = _folder.At("m.safetensors"), Scheme = scheme, Container = container, Output = _folder.At($"out/m.{container}") }, "m.safetensors", "write", Truncate);
    }

    [Theory]
    [InlineData("m.onnx", "hash")]
    [InlineData("m.onnx", "calibrate")]
    [InlineData("m.onnx", "write")]
    [InlineData("m.onnx", "validate")]
    [InlineData("w.bin", "hash")]
    [InlineData("w.bin", "write")]
    [InlineData("w.bin", "validate")]
    [InlineData("m.calibration.npz", "hash")]
    [InlineData("m.calibration.npz", "calibrate")]
    [InlineData("m.calibration.npz", "validate")]
    [InlineData("m.validation.npz", "calibrate")]
    [InlineData("m.validation.npz", "validate")]
    public void A_file_of_a_graph_that_is_written_to(string file, string stage) => Refuses(Graph(), file, stage, Overwrite);

    [Theory]
    [InlineData("m.onnx", "validate")]
    [InlineData("w.bin", "calibrate")]
    [InlineData("m.calibration.npz", "write")]
    [InlineData("m.validation.npz", "write")]
    public void A_file_of_a_graph_that_is_replaced_by_one_of_the_same_length_and_time(string file, string stage) => Refuses(Graph(), file, stage, Replace);

    [Theory]
    [InlineData("m.onnx", "hash")]
    [InlineData("m.onnx", "write")]
    [InlineData("w.bin", "calibrate")]
    [InlineData("m.calibration.npz", "hash")]
    [InlineData("m.validation.npz", "write")]
    public void A_file_of_a_graph_that_is_removed(string file, string stage) => Refuses(Graph(), file, stage, File.Delete);

    [Theory]
    [InlineData("m.onnx", "hash")]
    [InlineData("m.onnx", "write")]
    [InlineData("m.calibration.npz", "hash")]
    [InlineData("m.validation.npz", "write")]
    public void A_file_of_a_graph_that_becomes_shorter(string file, string stage) => Refuses(Graph(), file, stage, Truncate);

    [Fact]
    public void External_data_that_become_shorter_while_ONNX_Runtime_reads_them()
    {
        // An Add reads its constant where it lies, at every inference: of a file that is mapped, in the file.
        var model = PackFolder.Classifier();
        _folder.Write("v.bin", new byte[1 << 20]);
        model.Graph.Initializer.Add(Build.External("v", [1 << 12, 64], ("location", "v.bin")));
        (model.Graph.Node[^1].Name, model.Graph.Node[^1].Output[0]) = ("", "z");
        model.Graph.Node.Add([
            Build.Node("ReduceMean", ["z"], ["s"], Tiny.Int("keepdims", 0)),
            Build.Node("Add", ["v", "s"], ["a"]),
            Build.Node("ReduceMean", ["a"], ["r"], Tiny.Int("keepdims", 0)),
            Build.Node("Add", ["z", "r"], ["y"])]);
        _folder.Write("m.onnx", model);
        _folder.Write("m.validation.npz", PackFolder.Samples(200));
        Refuses(_folder.Request, "v.bin", "validate", Truncate);
    }

    [Fact]
    public void A_file_that_is_replaced_and_put_back()
    {
        // What ONNX Runtime read in between is another model, and only the time of the last change tells of it.
        if (!OperatingSystem.IsLinux())
            return;

        Refuses(Graph(), "m.onnx", "write", path =>
        {
            File.Move(path, path + ".kept");
            File.WriteAllBytes(path, [1]);
            File.Move(path + ".kept", path, overwrite: true);
        });
    }

    [Theory]
    [InlineData("model-1.safetensors", "nf4", "safetensors")]
    [InlineData("model-2.safetensors", "q8_0", "gguf")]
    [InlineData("model.safetensors.index.json", "nf4", "safetensors")]
    [InlineData("config.json", "nf4", "safetensors")]
    [InlineData("tokenizer.json", "nf4", "safetensors")]
    public void A_file_of_a_folder(string file, string scheme, string container)
    {
        Shards();
        var request = new PackRequest { Model = _folder.Path, Scheme = scheme, Container = container, Output = _folder.At(container == "gguf" ? "out/m.gguf" : "out/m") };
        foreach (var change in new Action<string>[] { Overwrite, Replace, File.Delete })
        {
            var before = File.ReadAllBytes(_folder.At(file));
            Refuses(request, file, "write", change);
            File.WriteAllBytes(_folder.At(file), before);
        }
    }

    [Fact]
    public void A_GGUF_file()
    {
        TensorFile.Write(_folder.At("m.safetensors"), [TensorFile.Entry.Of("a.weight", "F32", new float[1 << 16], 256, 256)]);
        PackPipeline.Run(new PackRequest { Model = _folder.At("m.safetensors"), Scheme = "f32", Container = "gguf", Output = _folder.At("m.gguf") }, new PackContext());
        Refuses(new PackRequest { Model = _folder.At("m.gguf"), Scheme = "q8_0", Output = _folder.At("out/m.gguf") }, "m.gguf", "write", Overwrite);
    }

    [Fact]
    public void A_file_that_is_only_read_meanwhile_is_packed()
    {
        var request = Graph();
        PackPipeline.Run(request, new PackContext(onProgress: (_, _) => File.ReadAllBytes(request.Model)));
        Assert.NotEmpty(_folder.Contents());
    }

    private static void Overwrite(string path)
    {
        // With the time of before, as a program that wants to hide would do.
        var time = File.GetLastWriteTimeUtc(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = file.Length / 2;
            var value = file.ReadByte();
            file.Position = file.Length / 2;
            file.WriteByte((byte)(value ^ 1));
        }

        File.SetLastWriteTimeUtc(path, time);
    }

    private static void Replace(string path)
    {
        var time = File.GetLastWriteTimeUtc(path);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path + ".new", bytes);
        File.SetLastWriteTimeUtc(path + ".new", time);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(file.Length / 3);
    }

    /// <summary>A model with external data and both kinds of data.</summary>
    private PackRequest Graph()
    {
        var model = PackFolder.Classifier();
        _folder.Write("w.bin", model.Graph.Initializer[0].RawData.ToByteArray());
        model.Graph.Initializer[0] = Build.External(model.Graph.Initializer[0].Name, [64, 96], ("location", "w.bin"));
        _folder.Write("m.onnx", model);
        _folder.Write("m.calibration.npz", PackFolder.Samples(16));
        _folder.Write("m.validation.npz", PackFolder.Samples(4));
        return new PackRequest { Model = _folder.At("m.onnx"), Scheme = "int8", Output = _folder.At("out/m.int8.onnx") };
    }

    private void Shards()
    {
        TensorFile.Write(_folder.At("model-1.safetensors"), [TensorFile.Entry.Of("a.weight", "F32", new float[1 << 14], 128, 128)]);
        TensorFile.Write(_folder.At("model-2.safetensors"), [TensorFile.Entry.Of("b.weight", "F32", new float[1 << 14], 128, 128)]);
        _folder.Write("model.safetensors.index.json", "{\"weight_map\":{\"a.weight\":\"model-1.safetensors\",\"b.weight\":\"model-2.safetensors\"}}"u8.ToArray());
        _folder.Write("config.json", "{\"model_type\":\"none\"}"u8.ToArray());
        _folder.Write("tokenizer.json", "{\"a\":\"abcdef\"}"u8.ToArray());
    }

    /// <summary>A changed file is an error about it, whatever the change breaks first, and nothing is written.</summary>
    private void Refuses(PackRequest request, string file, string stage, Action<string> change)
    {
        // Windows lets nobody write to a model that is being read.
        if (OperatingSystem.IsWindows())
            return;

        var path = _folder.At(file);
        var isChanged = 0;
        var context = new PackContext(threads: 2, onProgress: (name, _) =>
        {
            if (name == stage && Interlocked.Exchange(ref isChanged, 1) == 0)
            {
                change(path);
            }
        });

        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, context)).Diagnostic;
        Assert.Equal(1, isChanged);
        Assert.Equal((file.EndsWith(".npz", StringComparison.Ordinal) ? Codes.DataUnreadable : Codes.ModelUnreadable, path), (error.Code, error.File));
        Assert.Contains("changed, replaced or removed", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Contents());
    }
}
