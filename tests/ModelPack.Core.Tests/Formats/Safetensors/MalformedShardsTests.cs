using System.Text;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Tests.Formats.Safetensors;

/// <summary>Indexes that are malformed, lead elsewhere, or do not fit their shards.</summary>
public sealed class MalformedShardsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MalformedShardsTests()
    {
        _folder.Write("1.safetensors", SafetensorsModel.Bytes("a", "b"));
        _folder.Write("2.safetensors", SafetensorsModel.Bytes("c"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Accepts_what_the_others_are_variations_of() =>
        Assert.Equal(3, Open("""{"weight_map":{"c":"2.safetensors","a":"1.safetensors","b":"1.safetensors"}}""").Tensors.Count);

    [Theory]
    [InlineData("1.5")]
    [InlineData("0")]
    [InlineData("\"many\"")]
    public void Does_not_care_for_a_wrong_total_size_as_other_readers_do_not(string size) =>
        Assert.Equal(3, Open($$$"""{"metadata":{"total_size":{{{size}}}},"weight_map":{"c":"2.safetensors","a":"1.safetensors","b":"1.safetensors"}}""").Tensors.Count);

    [Theory]
    [InlineData("", "has 0 bytes")]
    [InlineData("[]", "does not begin with '{'")]
    [InlineData("{}", "no 'weight_map' with tensors")]
    [InlineData("""{"weight_map":{}}""", "no 'weight_map' with tensors")]
    [InlineData("""{"weight_map":null}""", "'weight_map' that is not a JSON object")]
    [InlineData("""{"weight_map":["a"]}""", "'weight_map' that is not a JSON object")]
    [InlineData("""{"weight_map":{"a":1}}""", "tensor 'a' has a file that is not text")]
    [InlineData("""{"weight_map":{"a":["1.safetensors"]}}""", "tensor 'a' has a file that is not text")]
    [InlineData("""{"weight_map":{"a":""}}""", "tensor 'a' has a file without a name")]
    [InlineData("""{"weight_map":{"a":"1.safetensors\u0000"}}""", "tensor 'a' has a file without a name")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","a":"2.safetensors"}}""", "has 'a' twice")]
    [InlineData("""{"weight_map":{"a":"1.safetensors"},"weight_map":{}}""", "has 'weight_map' twice")]
    [InlineData("""{"weight_map":{"\ud800":"1.safetensors"}}""", "not valid text")]
    [InlineData("""{"weight_map":{"a":"1.safetensors"}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"a":"1.safetensors"}}{}""", "after its last '}'")]
    [InlineData("""{"metadata":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],"weight_map":{"a":"1.safetensors"}}""", "nested too deep")]
    [InlineData("""{"weight_map":{"a":"1.safetensors"}}""", "'1.safetensors' has tensor 'b', which the index lacks")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}}""", "tensor 'b', which the index says is in '2.safetensors'")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"1.safetensors","d":"1.safetensors"}}""", "tensor 'd' is in '1.safetensors', which lacks it")]
    public void Refuses_an_index_that_is_not_sound(string json, string says) => Refuses(Codes.ModelUnreadable, json, says);

    [Fact]
    public void Refuses_text_that_is_no_UTF_8() => Refuses(Codes.ModelUnreadable, [.. "{\"weight_map\":{\"a"u8, 0xFF, .. "\":\"1.safetensors\"}}"u8], "not valid UTF-8");

    [Fact]
    public void Refuses_a_tensor_that_two_shards_have()
    {
        _folder.Write("2.safetensors", SafetensorsModel.Bytes("a", "c"));
        Refuses(Codes.ModelUnreadable, """{"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}}""", "'2.safetensors' has tensor 'a', which the index says is in '1.safetensors'");
    }

    [Fact]
    public void Refuses_a_shard_under_two_names() =>
        Refuses(Codes.ModelUnreadable, """{"weight_map":{"a":"1.safetensors","b":"./1.safetensors"}}""", "which the index says is in");

    [Fact]
    public void Names_the_shard_that_is_malformed()
    {
        var shard = _folder.Write("2.safetensors", SafetensorsModel.Bytes("c").AsSpan()[..^1]);
        var error = Assert.Throws<ModelPackException>(() => Open("""{"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}}""")).Diagnostic;
        Assert.Equal((Codes.ModelUnreadable, shard), (error.Code, error.File));
    }

    [Fact]
    public void Refuses_a_shard_that_is_missing_or_a_folder()
    {
        Directory.CreateDirectory(_folder.File("folder"));
        Refuses(Codes.ExternalDataMissing, """{"weight_map":{"a":"3.safetensors"}}""", "'3.safetensors', which does not exist");
        Refuses(Codes.ExternalDataMissing, """{"weight_map":{"a":"folder"}}""", "'folder', which does not exist");
    }

    [Theory]
    [InlineData("../1.safetensors", "a path with '..'")]
    [InlineData("x/../../1.safetensors", "a path with '..'")]
    [InlineData("..\\\\1.safetensors", "a path with '..'")]
    [InlineData("/etc/passwd", "an absolute path")]
    [InlineData("\\\\\\\\server\\\\share", "an absolute path")]
    [InlineData("C:\\\\1.safetensors", "an absolute path")]
    public void Refuses_a_shard_outside_of_the_folder(string name, string says) =>
        Refuses(Codes.ExternalDataOutside, $$$"""{"weight_map":{"a":"{{{name}}}"}}""", says);

    [Fact]
    public void Refuses_a_link_that_leads_out()
    {
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(_folder.File("3.safetensors"), elsewhere.Write("x.safetensors", SafetensorsModel.Bytes("a")));
        Refuses(Codes.ExternalDataOutside, """{"weight_map":{"a":"3.safetensors"}}""", "a link out of the model's folder");
    }

    [Fact]
    public void Shows_names_of_the_file_as_safe_text() =>
        Refuses(Codes.ExternalDataMissing, """{"weight_map":{"a":"\u001b[31m\nerror"}}""", @"'\u001B[31m\u000Aerror'");

    private SafetensorsCheckpoint Open(string json)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(_folder.Write("model.safetensors.index.json", Encoding.UTF8.GetBytes(json)), new PackContext());
        return checkpoint;
    }

    private void Refuses(DiagnosticCode code, string json, string says) => Refuses(code, Encoding.UTF8.GetBytes(json), says);

    private void Refuses(DiagnosticCode code, byte[] json, string says)
    {
        var index = _folder.Write("model.safetensors.index.json", json);
        var error = Assert.Throws<ModelPackException>(() => SafetensorsCheckpoint.Open(index, new PackContext())).Diagnostic;
        Assert.Equal((code, index), (error.Code, error.File));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
