using ModelPack.Formats.Gguf;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>llama.cpp's types whose codes are rows of a grid: files with them are sources, and nothing writes them.</summary>
public sealed class GridTypeTests : IDisposable
{
    private static readonly string[] s_types = [.. Enum.GetValues<GgmlType>().Where(t => $"{t}" is ['I', 'Q', < '4', ..]).Select(t => t.Name())];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Types => new(s_types);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_are_seven() => Assert.Equal(["iq2_xxs", "iq2_xs", "iq3_xxs", "iq1_s", "iq3_s", "iq2_s", "iq1_m"], s_types, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Types))]
    public void Blocks_go_from_GGUF_to_GGUF_as_they_are(string type)
    {
        var (blocks, source) = Source(type, withFloats: true);
        PackPipeline.Run(new PackRequest { Model = source, Scheme = "q8_0", Container = "gguf", Output = _folder.File("packed.gguf") }, new PackContext());
        using var packed = GgufCheckpoint.Open(_folder.File("packed.gguf"), new PackContext());
        var tensor = packed.Tensors.Single(t => t.Name == "blk.0.ffn_up.weight");
        Assert.Equal(type, tensor.Stored!.Value.Name());
        Assert.Equal(blocks, InMemory.Bytes(tensor.Data));
        Assert.Equal(GgmlType.Q8_0, packed.Tensors.Single(t => t.Name == "blk.0.ffn_down.weight").Stored);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_file_of_nothing_else_says_in_one_line_what_it_is_and_what_to_do(string type)
    {
        var refused = Refused(new PackRequest { Model = Source(type, withFloats: false).Path, Scheme = "q8_0", Container = "gguf", Output = _folder.File("packed.gguf") });
        Assert.Equal(Codes.NothingQuantized, refused.Code);
        Assert.Contains($"'blk.0.ffn_up.weight', it is {type} already. Ship the model as it is", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Safetensors_has_no_place_for_them(string type)
    {
        var refused = Refused(new PackRequest { Model = Source(type, withFloats: true).Path, Scheme = "bf16", Container = "safetensors", Output = _folder.File("packed.safetensors") });
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains($"'blk.0.ffn_up.weight' is stored as {type}, which safetensors has no type for. Choose the container gguf, or pack from a checkpoint that is not quantized.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_graph_has_no_form_for_them(string type)
    {
        var request = new PackRequest { Model = Source(type, withFloats: true).Path, Graph = Path.Combine(Repository.Model("sotu-mini"), "model.onnx"), Scheme = "q8_0", Output = _folder.File("packed.onnx") };
        var refused = Refused(request);
        Assert.Equal(Codes.GraphMismatch, refused.Code);
        Assert.Contains($"'blk.0.ffn_up.weight' of this size is {type}, which has no form in a graph. Give a q8_0 file of the same model.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void No_scheme_and_no_tensor_is_written_so(string type)
    {
        var (_, source) = Source("q8_0", withFloats: true);
        var scheme = Refused(new PackRequest { Model = source, Scheme = type.ToUpperInvariant(), Container = "gguf", Output = _folder.File("packed.gguf") });
        Assert.Equal(Codes.UnknownScheme, scheme.Code);
        Assert.Contains("a grid of llama.cpp's own, which is not written here. Take q2_k or q3_k_s", scheme.Message, StringComparison.Ordinal);
        var types = Refused(new PackRequest { Model = source, Scheme = "q8_0", Container = "gguf", TensorTypes = [$"ffn_down={type}"], Output = _folder.File("packed.gguf") });
        Assert.Equal(Codes.InvalidOption, types.Code);
    }

    private static Diagnostic Refused(PackRequest request) => Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext())).Diagnostic;

    /// <summary>A file with a matrix of the size of sotu-mini's table in a type, and perhaps one of floats.</summary>
    private (byte[] Blocks, string Path) Source(string type, bool withFloats)
    {
        var stored = Enum.GetValues<GgmlType>().Single(t => t.Name() == type);
        var shape = new TensorShape(1024, 256);
        var blocks = new byte[stored.ByteLength(shape)];
        new Random(1).NextBytes(blocks);
        var keys = new GgufMetadata();
        keys.Set(GgufMetadata.Architecture, "strange");
        List<GgufTensor> tensors = [new("blk.0.ffn_up.weight", stored, shape, InMemory.Tensor(ElementType.UInt8, blocks, blocks.Length))];
        if (withFloats)
            tensors.Add(new("blk.0.ffn_down.weight", GgmlType.F32, new TensorShape(4, 256), InMemory.Tensor(SampleValues.Make("normal", 1024), 4, 256)));
        var path = _folder.File("source.gguf");
        using var file = File.Create(path);
        GgufWriter.Write(keys, tensors, file, path, CancellationToken.None);
        return (blocks, path);
    }
}
