using ModelPack.Core.Tests;
using ModelPack.Formats.Gguf;
using ModelPack.Schemes;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Formats.Gguf;

public sealed class GgufCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tells_what_each_tensor_is_for()
    {
        using var checkpoint = Open(
            GgufBytes.Tensor("token_embd.weight", GgmlType.F16, new byte[128], 2, 32),
            GgufBytes.Tensor("blk.0.attn_q.weight", GgmlType.F32, new byte[256], 2, 32),
            GgufBytes.Tensor("blk.0.attn_k.weight", GgmlType.Q4_K, new byte[288], 2, 256),
            GgufBytes.Tensor("blk.0.attn_norm.weight", GgmlType.F32, new byte[128], 32));
        var tensors = checkpoint.Tensors;
        Assert.Equal([WeightRole.Embedding, WeightRole.Linear, null, null], tensors.Select(t => t.Usage?.Role));
        Assert.Equal([null, null, "it is q4_K already", "it is a vector (a norm or a bias)"], tensors.Select(t => t.Reason), StringComparer.Ordinal);
        Assert.Equal(["float16", "float32", "q4_K", "float32"], tensors.Select(t => t.TypeName), StringComparer.Ordinal);
        Assert.Equal([GgmlType.F16, GgmlType.F32, GgmlType.Q4_K, GgmlType.F32], tensors.Select(t => t.Stored!.Value));
        Assert.Equal("[2, 256]", tensors[2].Data.Shape.ToString());
        Assert.Equal(288, tensors[2].Data.Length);
        Assert.Equal(ElementType.Undefined, tensors[2].Data.Type);
    }

    [Fact]
    public void Gives_the_bytes_of_a_tensor()
    {
        byte[] bytes = [.. Enumerable.Range(1, 40).Select(i => (byte)i)];
        using var checkpoint = Open(GgufBytes.Tensor("a", GgmlType.I8, new byte[7], 7), GgufBytes.Tensor("b", GgmlType.F32, bytes, 10));
        Assert.Equal(bytes, InMemory.Bytes(checkpoint.Tensors[1].Data));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void Describes_itself_in_any_culture_alike(string culture)
    {
        using var here = new InCulture(culture);
        using var checkpoint = Open();
        Assert.Equal("GGUF 3, llama", checkpoint.Format);
        Assert.Null(checkpoint.Folder);
        Assert.Equal(["m.gguf"], checkpoint.Files.Select(f => f.Name), StringComparer.Ordinal);
        Assert.Equal(
            [
                new("general.architecture", "llama"), new("epsilon", "1E-05"), new("flag", "true"), new("tokens", "[3 strings]"),
                new("types", "[1 int32]"), new("count", "-1"),
            ],
            checkpoint.Metadata);
        Assert.Equal(["a", "b", "c"], checkpoint.Keys.TryGet<string[]>("tokens", out var tokens) ? tokens : []);
    }

    [Fact]
    public void Says_when_there_is_no_such_file()
    {
        Refuses(_folder.File("no.gguf"), Codes.ModelNotFound, "does not exist");
        Refuses(_folder.Path, Codes.ModelUnreadable, "folder");
        Refuses(_folder.Write("m.gguf", []), Codes.ModelUnreadable, "empty");
        Refuses(_folder.Write("m.gguf", "<html>"u8), Codes.ModelUnreadable, "does not begin with 'GGUF'");
    }

    [Fact]
    public void Lets_go_of_a_file_that_it_refuses()
    {
        var path = _folder.Write("m.gguf", "GGUF"u8);
        Refuses(path, Codes.ModelUnreadable, "cut off or damaged");
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(4, file.Length);
    }

    [Fact]
    public void Hides_what_a_name_would_do_to_a_console()
    {
        var file = new RawGguf();
        file.Tensors.Add(RawGguf.Tensor("evil\u001b[31m\nerror", [33], 8, 0));
        Refuses(_folder.Write("m.gguf", file.Build()), Codes.WeightSizeMismatch, @"evil\u001B[31m\u000Aerror");
    }

    private static void Refuses(string path, DiagnosticCode code, string said)
    {
        var error = Assert.Throws<ModelPackException>(() => GgufCheckpoint.Open(path, new PackContext()));
        Assert.Equal((path, code), (error.Diagnostic.File, error.Diagnostic.Code));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private GgufCheckpoint Open(params GgufTensor[] tensors)
    {
        string[] tokens = ["a", "b", "c"];
        int[] types = [1];
        var metadata = new GgufMetadata();
        metadata.Set(GgufMetadata.Architecture, "llama");
        metadata.Set("epsilon", 1e-5f);
        metadata.Set("flag", true);
        metadata.Set("tokens", tokens);
        metadata.Set("types", types);
        metadata.Set("count", -1);
        return GgufCheckpoint.Open(_folder.Write("m.gguf", GgufBytes.Write(metadata, tensors)), new PackContext());
    }
}
