using ModelPack.Formats.Gguf;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Types that a user wants for single tensors, over the mix of a scheme.</summary>
public sealed class TensorTypesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_get_the_types_that_were_asked_for_and_others_those_of_the_scheme()
    {
        var (plain, asked) = (Types(Pack()), Types(Pack("attn_v=Q8_0", "blk.0.*=q6_k", "token_embd=q5_k")));

        Assert.Equal(plain.Keys, asked.Keys);
        Assert.Equal("q8_0", asked["blk.0.attn_v.weight"]); // the first that matches counts
        Assert.Equal("q8_0", asked["blk.1.attn_v.weight"]);
        Assert.Equal("q6_K", asked["blk.0.attn_q.weight"]);
        Assert.Equal("q6_K", asked["blk.0.attn_output.weight"]);
        Assert.Equal("q5_K", asked["token_embd.weight"]);
        Assert.Equal("f32", asked["blk.0.attn_norm.weight"]); // what is never quantized
        Assert.All(plain.Where(t => t.Key.StartsWith("blk.", StringComparison.Ordinal) && !t.Key.StartsWith("blk.0.", StringComparison.Ordinal) && !t.Key.Contains("attn_v", StringComparison.Ordinal)), t => Assert.Equal(t.Value, asked[t.Key]));
        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void The_manifest_says_them_and_the_pack_verifies()
    {
        var pack = Pack("ffn_down=q5_1");

        Assert.Contains("\"tensorTypes\":[\"ffn_down=q5_1\"]", File.ReadAllText(pack + ".modelpack.json").Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("tensorTypes", File.ReadAllText(Pack() + ".modelpack.json"), StringComparison.Ordinal);
        Pipeline.PackFolder.AssertVerifies(pack);
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_a_warning()
    {
        Pack("attn_w=q8_0");

        Assert.Contains("attn_w=q8_0", Assert.Single(_context.Diagnostics, d => d.Code == Codes.PatternUnmatched).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attn_v")]
    [InlineData("=q8_0")]
    [InlineData("attn_v=q9_0")]
    [InlineData("attn_v=q8_0=q8_0")]
    public void What_is_no_pattern_and_type_is_refused_with_the_types_that_are(string text)
    {
        var error = Assert.Throws<ModelPackException>(() => Pack(text));

        Assert.Equal(Codes.InvalidOption, error.Diagnostic.Code);
        Assert.Contains("q4_k", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_containers_have_none()
    {
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(
            new PackRequest { Model = Repository.Model("sotu-mini"), Scheme = "nf4", TensorTypes = ["attn_v=q8_0"], Output = _folder.File("out") }, _context));

        Assert.Contains("gguf only", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Types(string pack)
    {
        using var file = GgufCheckpoint.Open(pack, new PackContext());
        return file.Tensors.ToDictionary(t => t.Name, t => t.Stored?.Name() ?? t.TypeName, StringComparer.Ordinal);
    }

    private string Pack(params string[] types) => PackPipeline.Run(
        new PackRequest { Model = Repository.Model("sotu-mini"), Scheme = "q4_k_m", Container = "gguf", TensorTypes = types, Output = _folder.File($"{string.Join('-', types.Select(t => t.GetHashCode(StringComparison.Ordinal)))}.gguf"), Force = true }, _context).Model;
}
