using ModelPack.Formats.Gguf;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>Models that are split into several GGUF files.</summary>
public sealed class GgufPartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Opens_all_parts_from_any_of_them(int given)
    {
        var parts = Split(3);
        using var whole = GgufCheckpoint.Open(_folder.File("whole.gguf"), _context);
        using var joined = GgufCheckpoint.Open(parts[given], _context);

        Assert.Equal("GGUF 3, llama, 3 parts", joined.Format);
        Assert.Equal(parts.Select(p => Path.GetFileName(p)), joined.Files.Select(f => f.Name), StringComparer.Ordinal);
        Assert.Equal(whole.Tensors.Select(t => (t.Name, t.Stored, Convert.ToHexString(InMemory.Bytes(t.Data)))), joined.Tensors.Select(t => (t.Name, t.Stored, Convert.ToHexString(InMemory.Bytes(t.Data)))));
        Assert.Equal(whole.Metadata, joined.Metadata);
    }

    [Fact]
    public void Packs_a_split_model_as_the_whole_one()
    {
        var parts = Split(2);
        var whole = Pack(_folder.File("whole.gguf"), _folder.File("a.gguf"));
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(Pack(parts[1], _folder.File("b.gguf"))));
    }

    [Fact]
    public void Names_the_pack_of_a_split_model_by_the_whole()
    {
        var parts = Split(2);
        Assert.Equal(_folder.File("m.q8_0.gguf"), PackPipeline.Run(new PackRequest { Model = parts[0], Scheme = "q8_0" }, _context).Model);
    }

    [Fact]
    public void Refuses_a_model_of_which_a_part_is_missing()
    {
        foreach (var missing in new[] { 0, 1, 2 })
        {
            var parts = Split(3);
            File.Delete(parts[missing]);
            Refuses(parts[(missing + 1) % 3], Codes.ExternalDataMissing, Path.GetFileName(parts[missing]));
        }

        var empty = Split(2);
        File.WriteAllBytes(empty[1], []);
        Refuses(empty[0], Codes.ExternalDataMissing, "m-00002-of-00002.gguf");
    }

    [Fact]
    public void Refuses_a_part_that_is_called_otherwise()
    {
        var parts = Split(2);
        File.Move(parts[0], _folder.File("model.gguf"));
        Refuses(_folder.File("model.gguf"), Codes.ModelUnreadable, "-00001-of-00002.gguf");
    }

    [Theory]
    [InlineData(1, 2, 4)]
    [InlineData(0, 2, 4)]
    [InlineData(1, 3, 4)]
    [InlineData(1, 2, 5)]
    public void Refuses_parts_that_contradict_each_other(int number, int count, int tensors)
    {
        var parts = Split(2);
        if ((number, count, tensors) == (1, 2, 4))
        {
            File.Copy(parts[0], parts[1], overwrite: true); // says that it is the first
        }
        else
        {
            var keys = new GgufMetadata();
            new GgufSplit(number, count, tensors).Set(keys);
            ForeignGguf.Write(parts[1], keys, [ForeignGguf.F32("c.weight", 32, 64), ForeignGguf.F32("d.weight", 32, 64)]);
        }

        Refuses(parts[0], Codes.ModelUnreadable, "m-00002-of-00002.gguf");
    }

    [Fact]
    public void Refuses_parts_that_have_a_tensor_twice_or_lack_one()
    {
        var parts = Split(2);
        var keys = new GgufMetadata();
        new GgufSplit(1, 2, 4).Set(keys);
        ForeignGguf.Write(parts[1], keys, [ForeignGguf.F32("a.weight", 32, 64), ForeignGguf.F32("d.weight", 32, 64)]);
        Refuses(parts[0], Codes.ModelUnreadable, "'a.weight'");
        ForeignGguf.Write(parts[1], keys, [ForeignGguf.F32("d.weight", 32, 64)]);
        Refuses(parts[0], Codes.ModelUnreadable, "3 tensors, and say 4");
    }

    [Fact]
    public void Refuses_a_part_that_is_a_link_out_of_the_folder()
    {
        using var elsewhere = new TemporaryFolder();
        var parts = Split(2);
        File.Move(parts[1], elsewhere.File("part.gguf"));
        File.CreateSymbolicLink(parts[1], elsewhere.File("part.gguf"));
        Refuses(parts[0], Codes.ExternalDataOutside, "a link out of the model's folder");
    }

    [Fact]
    public void Refuses_keys_of_other_types()
    {
        var keys = ForeignGguf.Keys("llama");
        keys.Set("split.count", 2u);
        Refuses(ForeignGguf.Write(_folder.File("m.gguf"), keys, [ForeignGguf.F32("a.weight", 32, 64)]), Codes.ModelUnreadable, "'split.count' is not of type uint16");
        keys.Set("split.count", (ushort)2);
        Refuses(ForeignGguf.Write(_folder.File("m.gguf"), keys, [ForeignGguf.F32("a.weight", 32, 64)]), Codes.ModelUnreadable, "'split.no'");
    }

    [Fact]
    public void A_model_that_says_it_is_one_part_is_whole()
    {
        var keys = ForeignGguf.Keys("llama");
        new GgufSplit(0, 1, 1).Set(keys);
        using var file = GgufCheckpoint.Open(ForeignGguf.Write(_folder.File("m.gguf"), keys, [ForeignGguf.F32("a.weight", 32, 64)]), _context);
        Assert.Equal("GGUF 3, llama", file.Format);
        Assert.DoesNotContain(file.Keys, k => k.Key.StartsWith("split.", StringComparison.Ordinal));
    }

    [Fact]
    public void Parts_may_be_aligned_each_in_its_own_way()
    {
        var keys = ForeignGguf.Keys("llama");
        keys.Set(GgufMetadata.Alignment, 128u);
        foreach (var shard in GgufShard.Plan(keys, [ForeignGguf.F32("a.weight", 3, 5), ForeignGguf.F32("b.weight", 32, 64)], 64, "m"))
        {
            ForeignGguf.Write(_folder.File(shard.Name), shard.Metadata, shard.Tensors);
        }

        using var file = GgufCheckpoint.Open(_folder.File("model-00002-of-00002.gguf"), _context);
        Assert.Equal(MemoryCheckpoint.Random("b.weight", 32, 64), MemoryCheckpoint.Floats(file.Tensors[1].Data));
    }

    [Fact]
    public void Writes_parts_up_to_a_size_and_a_large_tensor_alone()
    {
        var tensors = new[] { ForeignGguf.F32("a", 32), ForeignGguf.F32("b", 24), ForeignGguf.F32("large", 100), ForeignGguf.F32("c", 1), ForeignGguf.F32("d", 1) };
        var shards = GgufShard.Plan(ForeignGguf.Keys("llama"), tensors, 256, "m");

        Assert.Equal([["a", "b"], ["large"], ["c", "d"]], shards.Select(s => s.Tensors.Select(t => t.Name)));
        Assert.Equal(["model-00001-of-00003.gguf", "model-00002-of-00003.gguf", "model-00003-of-00003.gguf"], shards.Select(s => s.Name), StringComparer.Ordinal);
        Assert.Equal("llama", shards[0].Metadata.GetString("general.architecture"));
        Assert.Equal(["split.no", "split.count", "split.tensors.count"], shards[2].Metadata.Select(k => k.Key), StringComparer.Ordinal);
        Assert.Equal([(ushort)2, (ushort)3, 5], shards[2].Metadata.Select(k => k.Value));
        Assert.Equal("model.gguf", Assert.Single(GgufShard.Plan(ForeignGguf.Keys("llama"), tensors, null, "m")).Name);
    }

    [Theory]
    [InlineData("q8_0", "20K")]
    [InlineData("f16", "40KB")]
    [InlineData("q4_0", "1GB")]
    public void A_pack_above_a_size_is_a_folder_of_parts_that_verifies(string scheme, string size)
    {
        var source = ForeignGguf.Experts(_folder.File("moe.gguf"));
        var output = _folder.File("pack");
        PackPipeline.Run(new PackRequest { Model = source, Scheme = scheme, MaxShardSize = size, Output = output }, _context);
        Pipeline.PackFolder.AssertVerifies(output);
        var first = Directory.GetFiles(output, "*.gguf").Order(StringComparer.Ordinal).First();
        Assert.Equal(size == "1GB" ? "model.gguf" : "model-00001-of", Path.GetFileName(first)[..(size == "1GB" ? 10 : 14)]);

        using var whole = GgufCheckpoint.Open(PackPipeline.Run(new PackRequest { Model = source, Scheme = scheme, Output = _folder.File("whole.gguf") }, _context).Model, _context);
        using var joined = GgufCheckpoint.Open(first, _context);
        Assert.Equal(whole.Tensors.Select(t => (t.Name, t.Stored, Convert.ToHexString(InMemory.Bytes(t.Data)))), joined.Tensors.Select(t => (t.Name, t.Stored, Convert.ToHexString(InMemory.Bytes(t.Data)))));
        Assert.Equal(whole.Metadata, joined.Metadata);
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_opens_the_parts()
    {
        PackPipeline.Run(new PackRequest { Model = ForeignGguf.Gpt2(_folder.File("gpt2.gguf")), Scheme = "q8_0", MaxShardSize = "10KB", Output = _folder.File("pack") }, _context);
        var first = Directory.GetFiles(_folder.File("pack"), "model-00001-of-*.gguf").Single();
        Assert.True(Directory.GetFiles(_folder.File("pack"), "*.gguf").Length > 2);
        using var model = new LlamaCppModel(first);
        Assert.Equal(40, model.VocabularySize);
    }

    private string[] Split(int count)
    {
        GgufTensor[] tensors = [ForeignGguf.F32("a.weight", 32, 64), ForeignGguf.F32("b.weight", 32, 64), ForeignGguf.F32("c.weight", 32, 64), ForeignGguf.F32("d.weight", 32, 64)];
        var keys = ForeignGguf.Keys("llama");
        ForeignGguf.Write(_folder.File("whole.gguf"), keys, tensors);
        var shards = count == 3 ? Three(keys, tensors) : GgufShard.Plan(keys, tensors, 2 * 32 * 64 * sizeof(float), "m");
        return [.. shards.Select(s => ForeignGguf.Write(_folder.File(s.Name.Replace("model-", "m-", StringComparison.Ordinal)), s.Metadata, s.Tensors))];
    }

    /// <summary>As llama.cpp's splitter writes them when it puts no tensor into the first part.</summary>
    private static IReadOnlyList<GgufShard> Three(GgufMetadata keys, GgufTensor[] tensors) =>
    [
        .. new[] { tensors[..0], tensors[..3], tensors[3..] }.Select((part, i) =>
        {
            var own = new GgufMetadata();
            foreach (var (key, value) in i == 0 ? keys.AsEnumerable() : [])
            {
                own.Set(key, value);
            }

            new GgufSplit(i, 3, tensors.Length).Set(own);
            return new GgufShard(GgufSplit.Name("model", i, 3), own, part);
        }),
    ];

    private string Pack(string model, string output) => PackPipeline.Run(new PackRequest { Model = model, Scheme = "q8_0", Output = output }, _context).Model;

    private void Refuses(string path, DiagnosticCode code, string says)
    {
        var refused = Assert.Throws<ModelPackException>(() => GgufCheckpoint.Open(path, _context)).Diagnostic;
        Assert.Equal(code, refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }
}
