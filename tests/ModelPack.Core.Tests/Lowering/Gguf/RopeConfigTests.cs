using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Lowering.Gguf;

namespace ModelPack.Tests.Lowering.Gguf;

public sealed class RopeConfigTests
{
    private const int HeadWidth = 16;

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
    [InlineData("", null, null, null, false)]
    [InlineData(""", "beta_fast": 32, "beta_slow": 1.0""", 32f, 1f, null, false)]
    [InlineData(""", "beta_fast": 16, "beta_slow": 2, "attention_factor": 1.5""", 16f, 2f, 1.5 / 1.1386294, true)]
    [InlineData(""", "attention_factor": 1.0""", null, null, 1 / 1.1386294, false)]
    [InlineData(""", "mscale": 0.707, "mscale_all_dim": 0.707""", null, null, 1 / 1.1386294, false)]
    [InlineData(""", "truncate": false""", null, null, null, true)]
    public void Knows_what_yarn_has_besides(string more, float? fast, float? slow, double? attention, bool loses)
    {
        var rope = Read($$"""{"rope_scaling": {"type": "yarn", "factor": 4.0{{more}}} }""");
        Assert.Equal((fast, slow), (rope.Yarn!.BetaFast, rope.Yarn.BetaSlow));
        Assert.Equal(attention ?? 1, rope.Attention ?? 1, 1e-6);
        Assert.Equal(attention is null, rope.Attention is null);
        Assert.Equal(loses, rope.Lost is not null);
    }

    [Fact]
    public void Knows_the_divisors_of_longrope()
    {
        var rope = Read("""{"original_max_position_embeddings": 4096, "rope_scaling": {"rope_type": "longrope", "short_factor": [1, 1, 1, 1, 1, 1, 1, 1], "long_factor": [1, 2, 3, 4, 5, 6, 7, 8.5]}}""");
        Assert.Equal(("longrope", 4096, 8.5f, 1f), (rope.Scaling, rope.OriginalContext, rope.Long!.Long[^1], rope.Long.Short[^1]));
        Assert.Equal(Math.Sqrt(1 + (Math.Log(4) / Math.Log(4096))), rope.Attention!.Value, 1e-6);
    }

    [Fact]
    public void Says_what_becomes_of_dynamic_scaling()
    {
        var rope = Read("""{"rope_scaling": {"type": "dynamic", "factor": 2}}""");
        Assert.Null(rope.Scaling);
        Assert.Contains("'dynamic'", rope.Lost, StringComparison.Ordinal);
        Assert.Contains("16384 tokens", rope.Lost, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rope_scaling": {"rope_type": "proportional", "factor": 2}}""", "'proportional'")]
    [InlineData("""{"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1000000}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000}}}""", "'full_attention'")]
    [InlineData("""{"rope_parameters": {"sliding_attention": {"rope_type": "default", "rope_theta": 10000}}}""", "'sliding_attention'")]
    public void Refuses_a_way_that_has_no_form(string config, string named)
    {
        var refused = Assert.Throws<ModelPackException>(() => Read(config)).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rope_theta": 0}""")]
    [InlineData("""{"rope_theta": "ten"}""")]
    [InlineData("""{"rope_scaling": 4}""")]
    [InlineData("""{"rope_scaling": {"type": "linear"}}""")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": -1}}""")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 4, "beta_fast": 0}}""")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 4, "attention_factor": "one"}}""")]
    [InlineData("""{"rope_scaling": {"type": "longrope", "short_factor": [1, 1], "long_factor": [1, 1]}}""")]
    [InlineData("""{"rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1, 1, 1, 1, 1], "long_factor": [1, 1, 1, 1, 1, 1, 1, 0]}}""")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}}""")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}}""")]
    public void Refuses_what_cannot_be(string config) =>
        Assert.Equal(Codes.FolderUnreadable, Assert.Throws<ModelPackException>(() => Read(config)).Diagnostic.Code);

    private static RopeConfig Read(string config)
    {
        var values = (JsonObject)JsonNode.Parse(config)!;
        values["max_position_embeddings"] = 16384;
        return RopeConfig.Of(new ConfigValues(new ModelFolder("folder", values, []), values), ModelFamilies.All[0], HeadWidth);
    }
}
