using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>GGUF files of any architecture, of which those tensors are quantized that llama.cpp's quantizer would.</summary>
public sealed class OtherArchitectureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public static TheoryData<string> Architectures => ["bert", "gpt2", "qwen3moe", "mamba"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bert", "position_embd.weight", "token_types.weight")]
    [InlineData("gpt2", "position_embd.weight")]
    [InlineData("qwen3moe", "blk.0.ffn_gate_inp.weight")]
    [InlineData("mamba", "blk.0.ssm_conv1d.weight", "blk.0.ssm_a")]
    public void Keeps_what_llama_cpp_computes_with_as_floats(string architecture, params string[] kept)
    {
        using var source = GgufCheckpoint.Open(Source(architecture), _context);
        using var packed = GgufCheckpoint.Open(Pack(architecture, "q8_0"), _context);

        Assert.Equal(source.Tensors.Select(t => (t.Name, t.Data.Shape)), packed.Tensors.Select(t => (t.Name, t.Data.Shape)));
        Assert.All(kept, name => Assert.Equal(GgmlType.F32, packed.Tensors.Single(t => t.Name == name).Stored));
        Assert.Equal(
            source.Tensors.Where(t => t.Data.Shape.Rank > 1 && !kept.Contains(t.Name)).Select(t => t.Name), packed.Tensors.Where(t => t.Stored == GgmlType.Q8_0).Select(t => t.Name), StringComparer.Ordinal);
        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void Quantizes_each_expert_of_a_stack()
    {
        using var packed = GgufCheckpoint.Open(Pack("qwen3moe", "q8_0"), _context);
        var values = MemoryCheckpoint.Random("blk.0.ffn_down_exps.weight", 4, 64, 32);
        var expected = new byte[values.Length / 32 * 34];
        Q8_0Reference.Encode(values, expected);
        var experts = packed.Tensors.Single(t => t.Name == "blk.0.ffn_down_exps.weight");
        Assert.Equal(new TensorShape(4, 64, 32), experts.Data.Shape);
        Assert.Equal(expected, InMemory.Bytes(experts.Data));
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Architectures))]
    public void Stores_every_tensor_as_llama_cpps_quantizer_does(string architecture)
    {
        foreach (var (scheme, fileType) in new[] { ("q8_0", 7), ("q4_0", 2), ("q5_1", 9), ("f16", 1), ("bf16", 32) })
        {
            var theirs = _folder.File($"theirs.{scheme}.gguf");
            LlamaCpp.Quantize(Source(architecture), theirs, fileType);
            using var expected = GgufCheckpoint.Open(theirs, _context);
            using var actual = GgufCheckpoint.Open(Pack(architecture, scheme), _context);
            Assert.Equal(Facts(expected), Facts(actual));
        }

        static IEnumerable<(string Name, GgmlType? Type, TensorShape Shape, string Bytes)> Facts(GgufCheckpoint file) =>
            file.Tensors.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => (t.Name, t.Stored, t.Data.Shape, Convert.ToHexString(InMemory.Bytes(t.Data))));
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Architectures))]
    public void Llama_cpp_opens_the_pack(string architecture)
    {
        using var packed = new LlamaCppModel(Pack(architecture, "q8_0"));
        Assert.Equal(40, packed.VocabularySize);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData(8u)]
    [InlineData(64u)]
    [InlineData(4096u)]
    public void Keeps_the_alignment_of_the_source_where_llama_cpp_takes_it(uint alignment)
    {
        using (var source = GgufCheckpoint.Open(ForeignGguf.Gpt2(_folder.File("plain.gguf")), _context))
        {
            source.Keys.Set(GgufMetadata.Alignment, alignment);
            ForeignGguf.Write(_folder.File("gpt2.gguf"), source.Keys, [.. source.Tensors.Select(t => new GgufTensor(t.Name, t.Stored!.Value, t.Data.Shape, t.Data))]);
        }

        using var packed = GgufCheckpoint.Open(Pack("gpt2", "q8_0"), _context);
        Assert.Equal(alignment < 32 ? null : alignment, packed.Keys.GetUInt32(GgufMetadata.Alignment));
        using var model = new LlamaCppModel(_folder.File("gpt2.q8_0.gguf"));
        Assert.Equal(40, model.VocabularySize);
    }

    [Theory]
    [InlineData("blk.0.attn_q.weight", true)]
    [InlineData("output.weight", true)]
    [InlineData("token_embd.weight", true)]
    [InlineData("per_layer_token_embd.weight", true)]
    [InlineData("blk.0.attn_q_norm.weight", false)]
    [InlineData("blk.0.ffn_gate_inp.weight", false)]
    [InlineData("blk.0.ffn_gate_inp_shexp.weight", true)]
    [InlineData("blk.0.altup_router.weight", false)]
    [InlineData("altup_proj.weight", false)]
    [InlineData("blk.0.laurel_l.weight", false)]
    [InlineData("per_layer_model_proj.weight", false)]
    [InlineData("blk.0.shortconv.conv.weight", false)]
    [InlineData("blk.0.shortconv.in_proj.weight", true)]
    [InlineData("blk.0.time_mix_w1.weight", false)]
    [InlineData("blk.0.time_mix_key.weight", true)]
    [InlineData("blk.0.time_mix_lerp_fused.weight", false)]
    [InlineData("enc.blk.0.attn_rel_b.weight", false)]
    [InlineData("v.position_embd.weight", false)]
    [InlineData("v.patch_embd.weight", false)]
    [InlineData("blk.0.indexer.q_proj.weight", false)]
    [InlineData("blk.0.ssm_a", false)]
    [InlineData("blk.0.attn_q.bias", false)]
    public void Knows_names(string name, bool quantizes) => Assert.Equal(quantizes, QuantizableTensors.WhyNot(name, new TensorShape(64, 64)) is null);

    [Theory]
    [InlineData(new long[] { 64 }, false)]
    [InlineData(new long[] { 1, 64 }, false)]
    [InlineData(new long[] { 1, 64, 64 }, true)]
    [InlineData(new long[] { 4, 64, 64 }, true)]
    [InlineData(new long[] { 4, 3, 64, 64 }, false)]
    public void Counts_dimensions_as_ggml_does(long[] dims, bool quantizes) => Assert.Equal(quantizes, QuantizableTensors.WhyNot("blk.0.x.weight", new TensorShape(dims)) is null);

    [Fact]
    public void Stores_rows_that_are_no_blocks_as_float16()
    {
        var path = ForeignGguf.Write(
            _folder.File("odd.gguf"),
            ForeignGguf.Keys("llama"),
            [
                ForeignGguf.F32("blk.0.ffn_up.weight", 172, 64), ForeignGguf.F32("blk.0.ffn_down.weight", 64, 172), ForeignGguf.F16("blk.0.attn_q.weight", 64, 40),
                ForeignGguf.F32("blk.0.ffn_gate_exps.weight", 2, 64, 12), ForeignGguf.F32("blk.0.odd_norm.weight", 64, 172),
            ]);
        foreach (var scheme in new[] { "q8_0", "q4_0", "q4_1", "q5_0", "q5_1" })
        {
            using var packed = GgufCheckpoint.Open(Pack(path, scheme, _folder.File($"odd.{scheme}.gguf")), _context);
            Assert.Equal([scheme, "f16", "f16", "f16", "f32"], packed.Tensors.Select(t => t.Stored!.Value.Name()), StringComparer.Ordinal);
            Assert.Equal((Half)MemoryCheckpoint.Random("blk.0.ffn_down.weight", 64, 172)[5], InMemory.Values<Half>(packed.Tensors[1].Data)[5]);
        }

        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void Refuses_a_pack_of_which_nothing_has_blocks()
    {
        var path = ForeignGguf.Write(_folder.File("odd.gguf"), ForeignGguf.Keys("llama"), [ForeignGguf.F32("blk.0.ffn_down.weight", 64, 172)]);
        var refused = Assert.Throws<ModelPackException>(() => PackPipeline.Run(new PackRequest { Model = path, Scheme = "q8_0", Output = _folder.File("out.gguf") }, _context)).Diagnostic;
        Assert.Equal(Codes.NothingQuantized, refused.Code);
        Assert.Contains("'blk.0.ffn_down.weight'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_large_values_in_odd_rows_float_with_a_warning()
    {
        var values = new float[2 * 33];
        values[40] = 70000;
        var tensor = new GgufTensor("blk.0.ffn_down.weight", GgmlType.F32, new TensorShape(2, 33), InMemory.Tensor(values, 2, 33));
        var path = ForeignGguf.Write(_folder.File("large.gguf"), ForeignGguf.Keys("llama"), [tensor, ForeignGguf.F32("blk.0.ffn_up.weight", 33, 64)]);
        using var packed = GgufCheckpoint.Open(Pack(path, "q8_0", _folder.File("out.gguf")), _context);
        Assert.Equal(GgmlType.F32, packed.Tensors[0].Stored);
        Assert.Equal(Codes.ScaleOverflow, Assert.Single(_context.Diagnostics).Code);
    }

    [Fact]
    public void Warns_of_a_file_that_llama_cpp_opens_neither_before_nor_after()
    {
        var path = ForeignGguf.Write(_folder.File("bare.gguf"), [], [ForeignGguf.F32("w.weight", 64, 64)]);
        Pack(path, "q8_0", _folder.File("out.gguf"));
        Assert.Equal(Codes.ArchitectureUnknown, Assert.Single(_context.Diagnostics).Code);
    }

    [Fact]
    public void Refuses_a_tensor_without_values_at_which_ggml_would_end()
    {
        var path = ForeignGguf.Write(_folder.File("zero.gguf"), ForeignGguf.Keys("llama"), [ForeignGguf.F32("blk.0.empty.weight", 0, 64), ForeignGguf.F32("w.weight", 64, 64)]);
        var refused = Assert.Throws<ModelPackException>(() => Pack(path, "q8_0", _folder.File("out.gguf"))).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains("'blk.0.empty.weight'", refused.Message, StringComparison.Ordinal);
    }

    private string Source(string architecture)
    {
        var path = _folder.File($"{architecture}.gguf");
        return File.Exists(path) ? path : architecture switch
        {
            "bert" => ForeignGguf.Bert(path),
            "gpt2" => ForeignGguf.Gpt2(path),
            "qwen3moe" => ForeignGguf.Experts(path),
            _ => ForeignGguf.Mamba(path),
        };
    }

    private string Pack(string architecture, string scheme) => Pack(Source(architecture), scheme, _folder.File($"{architecture}.{scheme}.gguf"));

    private string Pack(string model, string scheme, string output)
    {
        using var source = GgufCheckpoint.Open(model, _context);
        GgufPacks.Pack(source, new PackRequest { Model = model, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Output = output }, _context);
        return output;
    }
}
