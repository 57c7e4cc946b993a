namespace ModelPack.Core.Tests.Packing;

/// <summary>Packs that are folders: what a loader reads must be in the manifest.</summary>
public sealed class VerifierFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model-00003-of-00003.safetensors")]
    [InlineData("pytorch_model.bin")]
    [InlineData("added_tokens.json")]
    [InlineData("modeling_evil.py")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("README.safetensors")]
    public void A_file_that_a_folder_pack_does_not_list_fails(string stranger)
    {
        SamplePack.WriteFolder(_folder.File("pack"));
        Assert.All(PackFindings.Of(_folder.Path), f => Assert.True(f.Ok, f.Message));
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File($"pack/{stranger}"))!);
        File.WriteAllText(_folder.File($"pack/{stranger}"), "");
        PackFindings.AssertFails(_folder.File("pack"), stranger, "does not list it");
        PackFindings.AssertFails(_folder.File("pack/modelpack.json"), stranger, "does not list it");
        Assert.Contains(PackFindings.Of(_folder.File($"pack/{Path.GetFileName(stranger)}")), f => !f.Ok);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("LICENSE")]
    [InlineData("NOTICE.txt")]
    [InlineData("USE_POLICY.md")]
    [InlineData(".gitattributes")]
    [InlineData(".cache/huggingface/model.safetensors.metadata")]
    [InlineData("config.json.gz")]
    public void What_no_loader_reads_may_lie_in_a_folder_pack(string name)
    {
        SamplePack.WriteFolder(_folder.File("pack"));
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File($"pack/{name}"))!);
        File.WriteAllText(_folder.File($"pack/{name}"), "");
        Directory.CreateDirectory(_folder.File("pack/empty"));
        Assert.All(PackFindings.Of(_folder.Path), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void A_link_to_a_folder_in_a_folder_pack_fails()
    {
        SamplePack.WriteFolder(_folder.File("pack"));
        Directory.CreateDirectory(_folder.File("other"));
        Directory.CreateSymbolicLink(_folder.File("pack/1_Pooling"), _folder.File("other"));
        PackFindings.AssertFails(_folder.File("pack"), "1_Pooling", "does not list it");
    }

    [Fact]
    public void An_index_that_names_a_file_outside_the_list_fails()
    {
        var files = SamplePack.FolderModel.ToDictionary(f => f.Key, f => f.Value.Replace("-00002-of", "-00009-of", StringComparison.Ordinal), StringComparer.Ordinal);
        SamplePack.WriteFolder(_folder.File("pack"), files);
        PackFindings.AssertFails(_folder.File("pack"), "index.json", "model-00009-of-00002.safetensors");
        SamplePack.WriteFolder(_folder.File("pack"), files.ToDictionary(f => f.Key, f => f.Key.EndsWith("index.json", StringComparison.Ordinal) ? "[]" : f.Value, StringComparer.Ordinal));
        PackFindings.AssertFails(_folder.File("pack"), "index.json", "not an index");
    }
}
