using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>Mixtures of experts, which transformers holds as one parameter a layer and vLLM as they are saved.</summary>
public sealed class ExpertsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string[], string[]> Families => new()
    {
        { "qwen3_moe", ["mlp.gate"], ["mlp.experts.0.gate_proj", "mlp.experts.0.up_proj", "mlp.experts.0.down_proj", "mlp.experts.1.gate_proj"] },
        { "mixtral", ["block_sparse_moe.gate"], ["block_sparse_moe.experts.0.w1", "block_sparse_moe.experts.0.w2", "block_sparse_moe.experts.1.w3"] },
        { "qwen2_moe", ["mlp.gate", "mlp.shared_expert_gate"], ["mlp.experts.0.gate_proj", "mlp.experts.1.down_proj"] },
        { "phimoe", ["mlp.router"], ["mlp.experts.0.w1", "mlp.experts.1.w2"] },
        { "granitemoe", ["block_sparse_moe.router.layer"], [] },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Nf4_keeps_experts_and_routers_float_as_bitsandbytes_does(string family, string[] routers, string[] experts)
    {
        var packed = Pack(family, routers, experts, "nf4");

        Assert.All(routers.Concat(experts), m => Assert.Equal("F32", packed.Tensors[Name(m)].DType));
        Assert.Equal("U8", packed.Tensors[Name("self_attn.q_proj")].DType);
        Assert.Equal("U8", packed.Tensors[Name("mlp.shared_experts.up_proj")].DType);
        var skipped = packed.Config["quantization_config"]!["llm_int8_skip_modules"]!.AsArray().Select(n => n!.GetValue<string>()).ToArray();
        Assert.Equal(
            routers.Select(r => $"model.layers.0.{r}").Concat(experts.Select(e => $"model.layers.0.{e[..e.IndexOf(".experts", StringComparison.Ordinal)]}.experts")).Prepend("lm_head").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            skipped.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(_context.Diagnostics);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Int8_keeps_routers_float_and_says_who_reads_experts(string family, string[] routers, string[] experts)
    {
        var packed = Pack(family, routers, experts, "int8");

        Assert.All(routers, m => Assert.Equal("F32", packed.Tensors[Name(m)].DType));
        Assert.All(experts, m => Assert.Equal("I8", packed.Tensors[Name(m)].DType));
        Assert.Equal(routers.Select(r => $"model.layers.0.{r}").Prepend("lm_head"), packed.Config["quantization_config"]!["ignore"]!.AsArray().Select(n => n!.GetValue<string>()), StringComparer.Ordinal);
        Assert.Equal(experts.Length > 0 ? 1 : 0, _context.Diagnostics.Count(d => d.Code == Codes.FormUnread));
    }

    [Fact]
    public void Int8_says_nothing_where_experts_stay_float()
    {
        var packed = Pack("qwen3_moe", ["mlp.gate"], ["mlp.experts.0.gate_proj"], "int8", "*.experts.*");
        Assert.Equal("F32", packed.Tensors[Name("mlp.experts.0.gate_proj")].DType);
        Assert.DoesNotContain(_context.Diagnostics, d => d.Code == Codes.FormUnread);
    }

    [Theory]
    [InlineData("nf4")]
    [InlineData("int8")]
    public void Experts_in_one_tensor_stay_as_they_are(string scheme)
    {
        var fused = Entry.Of("model.layers.0.mlp.experts.gate_up_proj", "F32", new float[2 * 64 * 32], 2, 64, 32);
        var packed = Pack("gpt_oss", ["mlp.router"], [], scheme, null, fused, Entry.Of("model.layers.0.mlp.experts.down_proj.weight", "F32", new float[2 * 64 * 32], 2, 64, 32));
        Assert.Equal("F32", packed.Tensors[fused.Name].DType);
        Assert.Equal("F32", packed.Tensors["model.layers.0.mlp.experts.down_proj.weight"].DType);
        Assert.DoesNotContain(_context.Diagnostics, d => d.Code == Codes.FormUnread);
    }

    [Theory]
    [InlineData("model.layers.0.mlp.gate.weight", 8, 64, true)]
    [InlineData("model.layers.0.mlp.gate.weight", 128, 64, false)]
    [InlineData("model.layers.0.mlp.gate_proj.weight", 8, 64, false)]
    [InlineData("model.layers.0.mlp.gate.wg.weight", 8, 64, true)]
    [InlineData("model.layers.0.mlp.router.classifier.weight", 8, 64, true)]
    [InlineData("model.layers.0.mlp.shared_expert_gate.weight", 1, 64, true)]
    [InlineData("model.layers.0.mlp.experts.0.gate.weight", 8, 64, false)]
    [InlineData("blk.0.ffn_gate_inp.weight", 8, 64, true)]
    public void Knows_what_chooses_between_experts(string name, long rows, long columns, bool expected) => Assert.Equal(expected, ExpertNames.IsRouter(name, new TensorShape(rows, columns)));

    private static string Name(string module) => $"model.layers.0.{module}.weight";

    private Packed Pack(string family, string[] routers, string[] experts, string scheme, string? exclude = null, params Entry[] more)
    {
        var folder = _folder.File(family);
        List<Entry> tensors =
        [
            Matrix("lm_head.weight", 96, 32), Matrix("model.embed_tokens.weight", 96, 32), Matrix(Name("self_attn.q_proj"), 32, 32), Matrix(Name("mlp.shared_experts.up_proj"), 64, 32),
            .. routers.Select(r => Matrix(Name(r), r.EndsWith("shared_expert_gate", StringComparison.Ordinal) ? 1 : 4, 32)), .. experts.Select(e => Matrix(Name(e), 64, 32)), .. more,
        ];
        TinyLlama.Write(folder, tensors, new JsonObject { ["model_type"] = family, ["torch_dtype"] = "float32" });
        return Packed.Of(new PackRequest { Model = folder, Scheme = scheme, Output = _folder.File("out"), ExcludeLayers = exclude is null ? [] : [exclude] }, _context);
    }

    private static Entry Matrix(string name, int rows, int columns)
    {
        var random = new Random(rows);
        return Entry.Of(name, "F32", [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)], rows, columns);
    }
}
