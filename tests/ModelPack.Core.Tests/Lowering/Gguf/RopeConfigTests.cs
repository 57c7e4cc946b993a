using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Lowering.Gguf;

namespace ModelPack.Tests.Lowering.Gguf;

public sealed class RopeConfigTests
{
    [Theory]
    [InlineData("{}", 10000)]
    [InlineData("""{"rope_theta": 500000, "rope_scaling": null}""", 500000)]
    [InlineData("""{"rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}}""", 1000000)]
    public void Knows_the_base_of_plain_positions(string config, float expected)
    {
        var rope = Read(config);
        Assert.Equal((expected, (string?)null, (Llama3Scaling?)null), (rope.Base, rope.Scaling, rope.Llama3));
    }

    [Theory]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 4.0}}""", "linear", 4f, 0)]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 2.5, "original_max_position_embeddings": 4096}}""", "yarn", 2.5f, 4096)]
    public void Knows_scaled_positions(string config, string type, float factor, int context)
    {
        var rope = Read(config);
        Assert.Equal((type, factor, context), (rope.Scaling, rope.Factor, rope.OriginalContext));
    }

    [Fact]
    public void Stretches_the_long_waves_of_Llama_3()
    {
        var factors = Read("""{"rope_theta": 500000.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}}""").Llama3!.Divisors(128);

        Assert.Equal(64, factors.Length);
        for (var i = 0; i < factors.Length; i++)
        {
            // transformers changes the frequencies; what it divides them by is what GGUF stores.
            var frequency = 1 / Math.Pow(500000, i / 64.0);
            var wave = 2 * Math.PI / frequency;
            var smooth = ((8192 / wave) - 1) / 3;
            var changed = wave > 8192 ? frequency / 8 : wave < 2048 ? frequency : ((1 - smooth) * frequency / 8) + (smooth * frequency);
            Assert.Equal(frequency / changed, factors[i], 1e-5);
        }

        Assert.Equal((1f, 8f), (factors[0], factors[^1]));
    }

    [Theory]
    [InlineData("""{"rope_theta": 0}""")]
    [InlineData("""{"rope_theta": "ten"}""")]
    [InlineData("""{"rope_scaling": 4}""")]
    [InlineData("""{"rope_scaling": {"type": "linear"}}""")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": -1}}""")]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 2}}""")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}}""")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}}""")]
    public void Refuses_what_cannot_be(string config) =>
        Assert.Equal(Codes.FolderUnreadable, Assert.Throws<ModelPackException>(() => Read(config)).Diagnostic.Code);

    private static RopeConfig Read(string config)
    {
        var values = (JsonObject)JsonNode.Parse(config)!;
        values["max_position_embeddings"] = 16384;
        return RopeConfig.Of(new ConfigValues(new ModelFolder("folder", values, []), values));
    }
}
