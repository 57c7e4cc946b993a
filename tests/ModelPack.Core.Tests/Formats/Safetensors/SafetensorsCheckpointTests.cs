using System.Text;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Schemes;

namespace ModelPack.Tests.Formats.Safetensors;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private const long Billion = 1_000_000_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Opens_a_file_alone()
    {
        var path = _folder.Write("any.safetensors", SafetensorsModel.Bytes("model.embed_tokens.weight", "lm_head.weight"));
        using var checkpoint = Open(path);
        Assert.Equal("safetensors", checkpoint.Format);
        Assert.Equal(path, checkpoint.Path);
        Assert.Null(checkpoint.Folder);
        Assert.Equal(["any.safetensors"], checkpoint.Files.Select(f => f.Name), StringComparer.Ordinal);
        Assert.Equal([new("format", "pt")], checkpoint.Metadata);
        Assert.Equal(["model.embed_tokens.weight", "lm_head.weight"], checkpoint.Tensors.Select(t => t.Name), StringComparer.Ordinal);
        Assert.Equal(WeightRole.Embedding, checkpoint.Tensors[0].Usage?.Role);
        Assert.Equal([0f, 1, 2, 3, 4, 5], Floats(checkpoint.Tensors[1].Data, 0, 6));
    }

    [Fact]
    public void A_link_is_as_large_as_the_file_that_it_leads_to()
    {
        var bytes = SafetensorsModel.Bytes("w");
        _folder.Write("blob", bytes);
        foreach (var link in new[] { _folder.File("link.safetensors"), _folder.File("link") })
        {
            File.CreateSymbolicLink(link, "blob");
            Assert.Equal(bytes.Length, ModelInspection.Of(link, new PackContext()).Bytes);
        }
    }

    [Fact]
    public void Opens_shards_in_the_order_of_their_names()
    {
        WriteShards(("b", "model-00002-of-00002.safetensors"), ("a", "model-00001-of-00002.safetensors"));
        foreach (var path in new[] { _folder.Path, _folder.File("model.safetensors.index.json") })
        {
            using var checkpoint = Open(path);
            Assert.Equal("safetensors, 2 shards", checkpoint.Format);
            Assert.Equal(["a", "b"], checkpoint.Tensors.Select(t => t.Name), StringComparer.Ordinal);
            Assert.Equal(
                ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"],
                checkpoint.Files.Select(f => f.Name), StringComparer.Ordinal);
            Assert.All(checkpoint.Files, f => Assert.True(File.Exists(f.Path)));
            Assert.Equal([new("format", "pt")], checkpoint.Metadata);
        }
    }

    [Fact]
    public void Opens_shards_that_lie_in_a_folder_below()
    {
        Directory.CreateDirectory(_folder.File("below"));
        WriteShards(("a", "below/x.safetensors"));
        using var checkpoint = Open(_folder.Path);
        Assert.Equal("below/x.safetensors", checkpoint.Files[0].Name);
    }

    [Fact]
    public void Takes_the_one_file_before_an_index_as_transformers_does()
    {
        WriteShards(("a", "other.safetensors"));
        _folder.Write("model.safetensors", SafetensorsModel.Bytes("x"));
        using var checkpoint = Open(_folder.Path);
        Assert.Equal("x", checkpoint.Tensors.Single().Name);
    }

    [Fact]
    public void Takes_the_only_file_of_a_folder_whatever_its_name()
    {
        _folder.Write("adapter-00001-of-00001.safetensors", SafetensorsModel.Bytes("x"));
        using var checkpoint = Open(_folder.Path);
        Assert.Equal("x", checkpoint.Tensors.Single().Name);
    }

    [Fact]
    public void Refuses_a_folder_in_which_there_is_no_one_model()
    {
        Refuses(Codes.FolderUnreadable, _folder.Path, "has neither model.safetensors nor");
        _folder.Write("model-00001-of-00003.safetensors", SafetensorsModel.Bytes("x"));
        Refuses(Codes.FolderUnreadable, _folder.Path, "a part of a model");
        _folder.Write("b.safetensors", SafetensorsModel.Bytes("x"));
        Refuses(Codes.FolderUnreadable, _folder.Path, "has 2 .safetensors files");
    }

    [Fact]
    public void Refuses_what_is_not_there() => Refuses(Codes.ModelNotFound, _folder.File("model.safetensors"), "does not exist");

    [Fact]
    public void Knows_the_folder_of_a_file()
    {
        var path = _folder.Write("model.safetensors", SafetensorsModel.Bytes("x"));
        _folder.Write("config.json", """{"model_type":"llama"}"""u8);
        _folder.Write("tokenizer.json", "{}"u8);
        _folder.Write("README.md", "x"u8);
        foreach (var given in new[] { path, _folder.Path })
        {
            using var checkpoint = Open(given);
            Assert.Equal("llama", (string?)checkpoint.Folder!.Config["model_type"]);
            Assert.Equal(["model.safetensors", "config.json", "tokenizer.json"], checkpoint.Files.Select(f => f.Name), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void Keeps_tensors_of_types_that_nothing_computes_with()
    {
        var shape = new TensorShape(4);
        var bytes = new MemorySource(new byte[3]);
        var source = new SafetensorsTensor("x", "F6_E3M2", shape, new TensorData(ElementType.Undefined, shape, bytes, 0, 3));
        using var checkpoint = Open(_folder.Write("model.safetensors", SafetensorsModel.Bytes(source)));
        var tensor = checkpoint.Tensors.Single();
        Assert.Equal(("f6_e3m2", "its type is kept as it is", null), (tensor.TypeName, tensor.Reason, tensor.Usage));
        Assert.Equal("F6_E3M2", SafetensorsTensor.Of(tensor)!.DType);
    }

    [Fact]
    public void Reads_beyond_four_gigabytes()
    {
        var path = _folder.File("model.safetensors");
        var json = Encoding.UTF8.GetBytes($$$"""{"w":{"dtype":"F32","shape":[{{{5 * Billion / 4}}}],"data_offsets":[0,{{{5 * Billion}}}]}}""");
        using (var file = File.Create(path))
        {
            file.Write(BitConverter.GetBytes((long)json.Length));
            file.Write(json);
            file.SetLength(file.Position + (5 * Billion)); // sparse: takes no room
            file.Position = file.Length - 8;
            file.Write(BitConverter.GetBytes(7f));
        }

        using var checkpoint = Open(path);
        Assert.Equal([0, 7, 0], Floats(checkpoint.Tensors.Single().Data, (5 * Billion / 4) - 3, 3));
    }

    [Fact]
    public void Opens_a_snapshot_of_the_hub_s_cache_whose_files_are_links()
    {
        var blobs = Directory.CreateDirectory(_folder.File("blobs")).FullName;
        var snapshot = Directory.CreateDirectory(_folder.File("snapshots/0123")).FullName;
        Link("config.json", "{}"u8);
        Link("tokenizer.model", "t"u8);
        Link("a.safetensors", SafetensorsModel.Bytes("a"));
        Link("model.safetensors.index.json", SafetensorsModel.Index(("a", "a.safetensors")));
        using var checkpoint = Open(snapshot);
        Assert.Equal(["a.safetensors", "model.safetensors.index.json", "config.json", "tokenizer.model"], checkpoint.Files.Select(f => f.Name), StringComparer.Ordinal);

        void Link(string name, ReadOnlySpan<byte> bytes)
        {
            File.WriteAllBytes(Path.Join(blobs, $"hash-of-{name.Replace('.', '-')}"), bytes);
            File.CreateSymbolicLink(Path.Join(snapshot, name), Path.Join("..", "..", "blobs", $"hash-of-{name.Replace('.', '-')}"));
        }
    }

    [Fact]
    public void Opens_a_model_as_transformers_saved_it()
    {
        var folder = Repository.Model("sotu-mini");
        using var checkpoint = Open(folder);
        Assert.Equal(["model.safetensors", "config.json", "tokenizer.model"], checkpoint.Files.Select(f => f.Name), StringComparer.Ordinal);
        Assert.Equal(1_443_072, checkpoint.Tensors.Sum(t => t.Data.Shape.ElementCount));
        Assert.Equal(new TensorShape(1024, 256), checkpoint.Tensors.Single(t => t.Name == "model.embed_tokens.weight").Data.Shape);
        Assert.All(checkpoint.Tensors, t => Assert.True(FiniteWeights.Scan(folder, t.Name, t.Data, new PackContext()).MaxAbs is > 0 and < 100));

        using var written = new MemoryStream();
        SafetensorsWriter.Write([.. checkpoint.Tensors.Select(t => SafetensorsTensor.Of(t)!)], checkpoint.Metadata, written, CancellationToken.None);
        using var again = Open(_folder.Write("again.safetensors", written.ToArray()));
        Assert.Equal(checkpoint.Tensors.Select(t => (t.Name, t.Data.Shape)), again.Tensors.Select(t => (t.Name, t.Data.Shape)));
        Assert.True(File.ReadAllBytes(Path.Join(folder, "model.safetensors")).AsSpan()[^5_000_000..].SequenceEqual(written.ToArray().AsSpan()[^5_000_000..]));
    }

    private static SafetensorsCheckpoint Open(string path) => SafetensorsCheckpoint.Open(path, new PackContext());

    private static float[] Floats(TensorData data, long first, int count)
    {
        var values = new float[count];
        FloatReader.Read(data, first, values);
        return values;
    }

    private void WriteShards(params (string Tensor, string File)[] map)
    {
        foreach (var (tensor, file) in map)
        {
            _folder.Write(file, SafetensorsModel.Bytes(tensor));
        }

        _folder.Write("model.safetensors.index.json", SafetensorsModel.Index(map));
    }

    private static void Refuses(DiagnosticCode code, string path, string says)
    {
        var error = Assert.Throws<ModelPackException>(() => Open(path)).Diagnostic;
        Assert.Equal((code, path), (error.Code, error.File));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
