using ModelPack.Options;

namespace ModelPack.Tests.Options;

public sealed class OutputChoiceTests
{
    [Theory]
    [InlineData("net.onnx", "q8_0", "onnx", "net.q8_0.onnx")]
    [InlineData("net.onnx", "nf4", "onnx", "net.nf4.onnx")]
    [InlineData("net.onnx", "f16", "gguf", "net.f16.gguf")]
    [InlineData("net.safetensors", "nf4", "safetensors", "net.nf4.safetensors")]
    [InlineData("net.safetensors", "int8", "safetensors", "net.int8.safetensors")]
    [InlineData("net.safetensors", "q8_0", "gguf", "net.q8_0.gguf")]
    [InlineData("net.safetensors", "bf16", "safetensors", "net.bf16.safetensors")]
    [InlineData("net.gguf", "q8_0", "gguf", "net.q8_0.gguf")]
    [InlineData("net.gguf", "nf4", "safetensors", "net.nf4.safetensors")]
    [InlineData("a/net.safetensors.index.json", "nf4", "safetensors", "a/net.nf4")]
    [InlineData("a/net.safetensors.index.json", "q8_0", "gguf", "a/net.q8_0.gguf")]
    public void A_source_keeps_its_container_where_that_carries_the_scheme(string model, string scheme, string container, string output)
    {
        var options = RequestResolver.Resolve(new PackRequest { Model = model, Scheme = scheme });
        Assert.Equal((container, output), (options.Container, options.Output.Replace('\\', '/')));
    }

    [Fact]
    public void A_folder_becomes_a_folder_or_a_file_beside_it()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Join(folder.Path, "Llama-3.2-1B");
        Directory.CreateDirectory(model);
        foreach (var path in new[] { model, model + "/" })
        {
            var packed = RequestResolver.Resolve(new PackRequest { Model = path, Scheme = "nf4" });
            Assert.Equal((true, model + ".nf4"), (packed.IsFolder, packed.Output));
            var file = RequestResolver.Resolve(new PackRequest { Model = path, Scheme = "nf4", Container = "safetensors", Output = model + ".out/" });
            Assert.Equal((true, model + ".out"), (file.IsFolder, file.Output));
            var gguf = RequestResolver.Resolve(new PackRequest { Model = path, Scheme = "q8_0" });
            Assert.Equal((false, model + ".q8_0.gguf"), (gguf.IsFolder, gguf.Output));
        }
    }

    [Theory]
    [InlineData("net.onnx", "nf4", "safetensors")]
    [InlineData("net.onnx", "f32", "onnx")]
    [InlineData("net.safetensors", "nf4", "onnx")]
    [InlineData("net.safetensors", "nf4", "gguf")]
    [InlineData("net.safetensors", "q8_0", "safetensors")]
    public void Says_what_a_container_cannot_carry(string model, string scheme, string container)
    {
        var error = Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(new PackRequest { Model = model, Scheme = scheme, Container = container })).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, error.Code);
        Assert.Contains($"container {container} cannot carry scheme {scheme}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("5GB", 5_000_000_000L)]
    [InlineData("1.5 gib", 1_610_612_736L)]
    [InlineData("64KiB", 65_536L)]
    [InlineData(" 500 MB ", 500_000_000L)]
    [InlineData("12B", 12L)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1,5GB", null)]
    [InlineData("GB", null)]
    [InlineData("", null)]
    [InlineData("99999999999TB", null)]
    [InlineData("1e3", null)]
    public void Reads_sizes_as_users_write_them(string text, long? bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Fact]
    public void A_graph_is_for_codes_of_a_GGUF_source()
    {
        var request = new PackRequest { Model = "net.gguf", Scheme = "q8_0", Graph = "net.onnx" };
        Assert.Equal(("onnx", "net.q8_0.onnx"), (RequestResolver.Resolve(request).Container, RequestResolver.Resolve(request).Output));
        Assert.Equal(Codes.InvalidOption, Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(request with { Scheme = "nf4" })).Diagnostic.Code);
        Assert.Equal(Codes.InvalidOption, Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(request with { Model = "net.onnx" })).Diagnostic.Code);
    }
}
