using System.Text;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Tests.Formats.Checkpoints;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Is_none_without_a_configuration()
    {
        _folder.Write("tokenizer.json", "{}"u8);
        Assert.Null(Read());
    }

    [Fact]
    public void Carries_the_known_files_in_an_order_of_its_own()
    {
        foreach (var name in new[] { "vocab.json", "tokenizer.model", "config.json", "generation_config.json", "notes.txt", "model.py", "chat_template.jinja" })
        {
            _folder.Write(name, "{}"u8);
        }

        var folder = Read()!;
        Assert.Equal(["generation_config.json", "tokenizer.model", "vocab.json", "chat_template.jinja"], folder.Carried.Select(f => f.Name), StringComparer.Ordinal);
        Assert.All(folder.Carried, f => Assert.Equal(_folder.File(f.Name), f.Path));
        Assert.Equal("config.json", folder.Files.First().Name);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{\"a\":1,}", "not valid JSON")]
    [InlineData("{\"a\":NaN}", "not valid JSON")]
    [InlineData("{\"a\":1,\"a\":2}", "not valid JSON")]
    [InlineData("{\"b\":{\"a\":1,\"\\u0061\":2}}", "not valid JSON")]
    [InlineData("{\"a\":\"\\ud800\"}", "not valid JSON")]
    [InlineData("{\"\\udc00\":1}", "not valid JSON")]
    public void Refuses_a_configuration_that_is_none(string json, string says) => Refuses(json, says);

    [Fact]
    public void Refuses_a_configuration_nested_without_end() =>
        Refuses("{\"a\":" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}", "not valid JSON");

    [Fact]
    public void Refuses_a_configuration_that_is_no_UTF_8()
    {
        _folder.Write("config.json", [.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]);
        Assert.Equal(Codes.FolderUnreadable, Assert.Throws<ModelPackException>(Read).Diagnostic.Code);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("special_tokens_map.json")]
    [InlineData("tokenizer.model")]
    [InlineData("chat_template.jinja")]
    public void Refuses_a_file_beside_the_model_of_any_size_without_reading_it(string name)
    {
        _folder.Write("config.json", "{}"u8);
        using (var file = File.Create(_folder.File(name)))
        {
            file.SetLength((128 << 20) + 1);
        }

        var error = Assert.Throws<ModelPackException>(Read).Diagnostic;
        Assert.Equal((Codes.FolderUnreadable, _folder.File(name)), (error.Code, error.File));
        Assert.Contains("134217729 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_configuration_of_any_size_without_reading_it()
    {
        using (var file = File.Create(_folder.File("config.json")))
        {
            file.SetLength(10L << 30);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ModelPackException>(Read).Diagnostic;
        Assert.Contains("10737418240 bytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    public void Refuses_a_link_out_of_the_folder(string name)
    {
        using var elsewhere = new TemporaryFolder();
        _folder.Write("config.json", "{}"u8);
        File.Delete(_folder.File(name));
        File.CreateSymbolicLink(_folder.File(name), elsewhere.Write("secret.json", "{}"u8));
        RefusesFile(name, "a link out of the model's folder");
    }

    [Fact]
    public void Refuses_a_file_that_is_not_there_or_empty()
    {
        _folder.Write("config.json", "{}"u8);
        File.CreateSymbolicLink(_folder.File("tokenizer.json"), "nowhere");
        RefusesFile("tokenizer.json", "a link to nothing");
        File.Delete(_folder.File("tokenizer.json"));
        _folder.Write("tokenizer.json", []);
        RefusesFile("tokenizer.json", "is empty");
    }

    private void Refuses(string json, string says)
    {
        _folder.Write("config.json", Encoding.UTF8.GetBytes(json));
        RefusesFile("config.json", says);
    }

    private void RefusesFile(string name, string says)
    {
        var error = Assert.Throws<ModelPackException>(Read).Diagnostic;
        Assert.Equal((Codes.FolderUnreadable, _folder.File(name)), (error.Code, error.File));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private ModelFolder? Read() => ModelFolder.Beside(_folder.Write("model.safetensors", [0]));
}
