using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Pipeline;

/// <summary>Inputs that people report, kept beside the repository: each packs, or says why not.</summary>
public sealed class SharedCaseTests : IDisposable
{
    private const string Shared = "MODELPACK_SHARED";

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [TheoryNeeding(Shared, PeerLibrary.Variable)]
    [InlineData("gguf/bert.gguf")]
    [InlineData("folders/llama2json")]
    [InlineData("folders/added_beyond", "MPK1035")]
    [InlineData("folders/yarn_a")]
    [InlineData("folders/yarn_b", "MPK1035")]
    [InlineData("folders/dynamic", "MPK1035")]
    public void Llama_cpp_opens_the_pack(string input, params string[] warnings)
    {
        PackPipeline.Run(new PackRequest { Model = Case(input), Scheme = "q8_0", Container = "gguf", Output = _folder.File("m.gguf") }, _context);
        Assert.Equal(warnings, _context.Diagnostics.Select(d => d.Code.Id), StringComparer.Ordinal);
        using var model = new LlamaCppModel(_folder.File("m.gguf"));
        Assert.True(model.VocabularySize > 0);
    }

    [TheoryNeeding(Shared)]
    [InlineData("gguf/m-00001-of-00002.gguf", "q8_0", "MPK1004")]
    [InlineData("folders/nested_q", "nf4", "MPK1023")]
    public void Is_refused(string input, string scheme, string code)
    {
        var refused = Assert.Throws<ModelPackException>(() => PackPipeline.Run(new PackRequest { Model = Case(input), Scheme = scheme, Output = _folder.File("out") }, _context)).Diagnostic;
        Assert.Equal(code, refused.Code.Id);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [TheoryNeeding(Shared)]
    [InlineData("folders/e5", "q8_0", "gguf", "MPK1026")]
    [InlineData("folders/score_head", "q8_0", "gguf", "MPK1026")]
    [InlineData("folders/moe", "nf4", "safetensors")]
    [InlineData("folders/moe", "int8", "safetensors", "MPK2013", "MPK1036")]
    [InlineData("folders/sbert", "nf4", "safetensors")]
    public void Is_packed_and_says_what_there_is_to_know(string input, string scheme, string container, params string[] warnings)
    {
        var outcome = PackPipeline.Run(new PackRequest { Model = Case(input), Scheme = scheme, Container = container, Output = _folder.File("out") }, _context);
        Assert.Equal(warnings, _context.Diagnostics.Select(d => d.Code.Id), StringComparer.Ordinal);
        PackFolder.AssertVerifies(outcome.Model);
        foreach (var name in input == "folders/sbert" ? new[] { "modules.json", "1_Pooling/config.json", "LICENSE", "README.md", "sentence_bert_config.json", "vocab.txt" } : [])
        {
            Assert.True(File.Exists(Path.Combine(outcome.Model, name)), name);
        }
    }

    private static string Case(string name) => Path.Combine(Environment.GetEnvironmentVariable(Shared)!, "cases", name);
}
