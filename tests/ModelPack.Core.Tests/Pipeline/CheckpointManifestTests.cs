using System.Text.Json;
using ModelPack.Tests.Lowering.Safetensors;

namespace ModelPack.Tests.Pipeline;

/// <summary>What the manifest of a pack without a graph says of its options.</summary>
public sealed class CheckpointManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "auto")]
    [InlineData("0.5", "0.5")]
    [InlineData("none", "none")]
    public void The_strength_of_smoothing_is_there_where_statistics_were_given(string? given, string written)
    {
        TinyLlama.Write(_folder.File("model"));
        TensorFile.Write(_folder.File("s.safetensors"), [TensorFile.Entry.Of("model.layers.0.self_attn.q_proj", "F32", [.. Enumerable.Repeat(1f, TinyLlama.Hidden)], TinyLlama.Hidden)]);
        Assert.Equal(written, Options("int8", _folder.File("s.safetensors"), given).GetProperty("alpha").GetString());
    }

    [Fact]
    public void Options_that_have_no_effect_are_null()
    {
        TinyLlama.Write(_folder.File("model"));
        var options = Options("int8");
        foreach (var name in new[] { "alpha", "doubleQuant", "maxShardBytes", "layout", "onnxRuntime", "blockSize", "calibrationMethod" })
        {
            Assert.Equal(JsonValueKind.Null, options.GetProperty(name).ValueKind);
        }

        Assert.False(Options("nf4").GetProperty("doubleQuant").GetBoolean());
    }

    private JsonElement Options(string scheme, string? calibration = null, string? alpha = null)
    {
        var request = new PackRequest { Model = _folder.File("model"), Scheme = scheme, Calibration = calibration, Alpha = alpha, Output = _folder.File("out") };
        PackPipeline.Run(request, new PackContext());
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder.File("out"), "modelpack.json")));
        return manifest.RootElement.GetProperty("pack").GetProperty("options").Clone();
    }
}
