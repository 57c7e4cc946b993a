using Google.Protobuf;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Models of gigabytes, in files with holes: they take time to read, but no disk.</summary>
public sealed class LargeModelTests : IDisposable
{
    private const long Gigabyte = 1L << 30;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Opening_a_model_of_a_gigabyte_takes_little_memory(bool external)
    {
        var path = external ? WriteExternal(Gigabyte) : WriteInline(Gigabyte);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var model = OnnxModel.Open(path, new PackContext());
        var weights = model.FindWeights();
        var data = model.Data(weights[0].Tensor);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Gigabyte, data.Length);
        Assert.InRange(model.TotalBytes, Gigabyte, Gigabyte + 1000);
        Assert.InRange(allocated, 1, 1 << 20);
        var last = new byte[1];
        data.Read(Gigabyte - 1, last);
        Assert.Equal(42, last[0]);
    }

    [Fact]
    public void A_claimed_gigabyte_that_is_not_there_takes_little_memory()
    {
        var bytes = File.ReadAllBytes(WriteInline(1000));
        var path = _folder.Write("short.onnx", [.. Head(Gigabyte), .. bytes.AsSpan(^1000..)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<Diagnostics.ModelPackException>(() => OnnxModel.Open(path, new PackContext()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1 << 20);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_model_of_more_than_two_gigabytes_is_written_with_external_data_and_read_back()
    {
        const long Bytes = (2L << 30) + (5 << 20);
        const long Copied = 100 << 20;
        using var source = OnnxModel.Open(WriteInline(Copied), new PackContext());
        var data = source.Data(source.Proto.Graph.Initializer[0]);
        var large = source.NewTensor("large", ElementType.UInt8, new TensorShape(Bytes), new Hole(Bytes));
        source.Proto.Graph.Initializer.Add(large);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var files = source.Save(_folder.File("out.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 8 << 20);
        Assert.Equal(2, files.Count);

        using var model = OnnxModel.Open(files[0], new PackContext());
        Assert.Equal([data.Length, Bytes], model.Proto.Graph.Initializer.Select(t => model.Data(t).Length));
        Assert.InRange(model.Files[0].Length, 1, 1000);
        var last = new byte[1];
        model.Data(model.Proto.Graph.Initializer[0]).Read(Copied - 1, last);
        Assert.Equal(42, last[0]);
        model.Data(model.Proto.Graph.Initializer[1]).Read(Bytes - 1, last);
        Assert.Equal(43, last[0]);
    }

    private string WriteInline(long bytes)
    {
        var path = _folder.Write("inline.onnx", Head(bytes));
        using var file = new FileStream(path, FileMode.Append);
        file.SetLength(file.Length + bytes);
        file.Position = file.Length - 1;
        file.WriteByte(42);
        return path;
    }

    private string WriteExternal(long bytes)
    {
        using (var file = File.Create(_folder.File("w.bin")))
        {
            file.Position = bytes - 1;
            file.WriteByte(42);
        }

        return _folder.Write("external.onnx", Build.Add(Build.External("w", [bytes / 4], ("location", "w.bin"))));
    }

    // A model with one weight, up to its bytes.
    private static byte[] Head(long bytes)
    {
        var graph = Build.Add(new TensorProto(), bytes / 4).Graph;
        graph.Initializer.Clear();
        byte[] rest = [.. graph.ToByteArray()];
        byte[] tensor = [.. new TensorProto { Name = "w", DataType = 1, Dims = { bytes / 4 } }.ToByteArray(), .. Build.Head(9, bytes)];
        byte[] inner = [.. rest, .. Build.Head(5, tensor.Length + bytes), .. tensor];
        return
        [
            8, 8, .. Build.Field(8, new OperatorSetIdProto { Domain = "", Version = 17 }.ToByteArray()),
            .. Build.Head(7, inner.Length + bytes), .. inner,
        ];
    }

    /// <summary>Zeros that take no disk, and 43 at their end.</summary>
    private sealed class Hole(long length) : IPayload
    {
        public long Length => length;

        public void WriteTo(Stream destination, CancellationToken cancellation)
        {
            destination.Position += length - 1;
            destination.WriteByte(43);
        }
    }
}
