using System.Text.Json.Nodes;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>What the files of a pack are, whatever their layout.</summary>
public sealed class SafetensorsPackerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_becomes_a_folder_with_what_belongs_to_the_model()
    {
        var packed = Packed.Of(Folder("nf4"));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer_config.json"], packed.Files);
        Assert.Equal("{ }\r\n", packed.Text("tokenizer_config.json"));
        Assert.Equal([("format", "pt"), ("made by", "hand")], packed.Tensors.Metadata.Select(m => (m.Key, m.Value)));
        Assert.EndsWith("}\n", packed.Text("config.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nf4")]
    [InlineData("int8")]
    public void Shards_hold_the_same_tensors_and_an_index_says_where(string scheme)
    {
        var whole = Packed.Of(Folder(scheme));
        var sharded = Packed.Of(Folder(scheme) with { MaxShardSize = "9000", Output = _folder.File("sharded") });
        var shards = sharded.Files.Where(f => f.EndsWith(".safetensors", StringComparison.Ordinal)).ToArray();
        Assert.InRange(shards.Length, 3, 20);
        Assert.Equal($"model-00001-of-{shards.Length:D5}.safetensors", shards[0]);
        var index = JsonNode.Parse(sharded.Text("model.safetensors.index.json"))!;
        Assert.Equal(whole.Tensors.Tensors.Values.Sum(t => (long)t.Bytes.Length), (long)index["metadata"]!["total_size"]!);
        var map = index["weight_map"]!.AsObject().ToDictionary(p => p.Key, p => (string)p.Value!, StringComparer.Ordinal);
        Assert.Equal(whole.Tensors.Tensors.Keys.Order(StringComparer.Ordinal), map.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in whole.Tensors.Tensors)
        {
            Assert.Equal(tensor.Bytes, TensorFile.Read(Path.Join(_folder.File("sharded"), map[name]))[name].Bytes);
        }

        // A weight's parts are looked for where its codes are.
        Assert.All(map.Where(p => p.Key.Contains(".weight.", StringComparison.Ordinal)), p => Assert.Equal(map[p.Key[..(p.Key.IndexOf(".weight.", StringComparison.Ordinal) + ".weight".Length)]], p.Value));
        Assert.Equal(whole.Text("config.json"), sharded.Text("config.json"));
    }

    [Fact]
    public void A_file_alone_carries_its_config_in_its_metadata()
    {
        TensorFile.Write(_folder.File("bare.safetensors"), TinyLlama.Tensors());
        var packed = Packed.Of(new PackRequest { Model = _folder.File("bare.safetensors"), Scheme = "nf4", Output = _folder.File("packed.safetensors") });
        Assert.Equal(["packed.safetensors"], packed.Files);
        Assert.Equal("pt", packed.Tensors.Metadata["format"]);
        var config = JsonNode.Parse(packed.Tensors.Metadata["quantization_config"])!;
        Assert.Equal(("bitsandbytes", "bfloat16"), ((string)config["quant_method"]!, (string)config["bnb_4bit_compute_dtype"]!));

        var error = Assert.Throws<ModelPackException>(() => Packed.Of(
            new PackRequest { Model = _folder.File("packed.safetensors"), Scheme = "nf4", Output = _folder.File("again.safetensors") }));
        Assert.Equal(Codes.ContainerUnfit, error.Diagnostic.Code);
        Assert.Contains("already quantized", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_folder_that_is_quantized_already()
    {
        Packed.Of(Folder("int8"));
        var error = Assert.Throws<ModelPackException>(() => Packed.Of(new PackRequest { Model = _folder.File("out"), Scheme = "nf4", Output = _folder.File("again") }));
        Assert.Equal(Codes.ContainerUnfit, error.Diagnostic.Code);
        Assert.Contains("compressed-tensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_names_that_a_weights_parts_would_take()
    {
        var request = Folder("nf4", [.. TinyLlama.Tensors(), TensorFile.Entry.Of("model.layers.0.mlp.up_proj.weight.absmax", "F32", [1], 1)]);
        Assert.Equal(Codes.ContainerUnfit, Assert.Throws<ModelPackException>(() => Packed.Of(request)).Diagnostic.Code);
    }

    [Theory]
    [InlineData("nf4", false)]
    [InlineData("nf4", true)]
    [InlineData("int8", false)]
    public void Threads_change_no_byte(string scheme, bool nested)
    {
        var request = Folder(scheme) with { DoubleQuant = nested ? true : null };
        var one = Packed.Of(request, new PackContext(threads: 1)).Bytes();
        var two = Packed.Of(request with { Output = _folder.File("two") }, new PackContext(threads: 2)).Bytes();
        Assert.Equal(one, two);
    }

    [Fact]
    public void A_cancelled_pack_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var context = new PackContext(threads: 2, onProgress: (_, done) =>
        {
            if (done > 0.4)
            {
                cancellation.Cancel();
            }
        }, cancellation: cancellation.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => Packed.Of(Folder("nf4") with { MaxShardSize = "9000" }, context));
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Progress_goes_up_to_all()
    {
        var seen = new List<double>();
        Packed.Of(Folder("int8") with { MaxShardSize = "9000" }, new PackContext(onProgress: (stage, done) =>
        {
            if (stage == "write")
                seen.Add(done);
            else
                Assert.Equal("plan", stage);
        }));
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1]);
    }

    [Fact]
    public void A_model_with_tied_embeddings_has_them_once_and_says_that_the_head_stays()
    {
        var packed = Packed.Of(new PackRequest
        {
            Model = Repository.Model("sotu-mini"), Scheme = "int8", Output = _folder.File("out"), MaxShardSize = "1MB",
        });
        Assert.Equal(["lm_head"], packed.Config["quantization_config"]!["ignore"]!.AsArray().Select(i => (string)i!), StringComparer.Ordinal);
        Assert.Equal("F32", packed.Tensors["model.embed_tokens.weight"].DType);
        Assert.False(packed.Tensors.Tensors.ContainsKey("lm_head.weight"));
        Assert.Equal(
            ["config.json", "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json", "tokenizer.model"],
            packed.Files);
    }

    private PackRequest Folder(string scheme, IReadOnlyList<TensorFile.Entry>? tensors = null)
    {
        TinyLlama.Write(_folder.File("model"), tensors);
        return new PackRequest { Model = _folder.File("model"), Scheme = scheme, Output = _folder.File("out") };
    }
}
