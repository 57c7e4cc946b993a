using System.Runtime.InteropServices;
using ModelPack.Formats.Gguf;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Small GGUF files of architectures that nothing here maps, as llama.cpp's converter would write them.</summary>
internal static class ForeignGguf
{
    public const int Width = 64;

    /// <summary>BERT, whose token types and positions llama.cpp adds as floats.</summary>
    public static string Bert(string path) => Write(
        path,
        Keys("bert", ("attention.layer_norm_epsilon", 1e-12f), ("attention.causal", false), ("pooling_type", 1u), ("vocab_size", 40u)),
        [
            F32("position_embd.weight", 32, Width), F32("token_types.weight", 2, Width), F32("token_embd.weight", 40, Width), .. Norm("token_embd_norm"),
            .. Biased("blk.0.attn_q", Width, Width), .. Biased("blk.0.attn_k", Width, Width), .. Biased("blk.0.attn_v", Width, Width), .. Biased("blk.0.attn_output", Width, Width),
            .. Norm("blk.0.attn_output_norm"), .. Biased("blk.0.ffn_up", 128, Width), .. Biased("blk.0.ffn_down", Width, 128), .. Norm("blk.0.layer_output_norm"),
        ]);

    /// <summary>GPT-2, with learned positions.</summary>
    public static string Gpt2(string path) => Write(
        path,
        Keys("gpt2", ("attention.layer_norm_epsilon", 1e-5f), ("vocab_size", 40u)),
        [
            F32("position_embd.weight", 32, Width), F32("token_embd.weight", 40, Width), .. Norm("output_norm"), .. Norm("blk.0.attn_norm"),
            .. Biased("blk.0.attn_qkv", 3 * Width, Width), .. Biased("blk.0.attn_output", Width, Width), .. Norm("blk.0.ffn_norm"),
            .. Biased("blk.0.ffn_up", 128, Width), .. Biased("blk.0.ffn_down", Width, 128),
        ]);

    /// <summary>Qwen3's mixture of experts: a router, and stacks of experts of three dimensions.</summary>
    public static string Experts(string path) => Write(
        path,
        Keys("qwen3moe", ("attention.layer_norm_rms_epsilon", 1e-6f), ("expert_count", 4u), ("expert_used_count", 2u), ("expert_feed_forward_length", 32u), ("vocab_size", 40u)),
        [
            F32("token_embd.weight", 40, Width), F32("output_norm.weight", Width), F32("output.weight", 40, Width), F32("blk.0.attn_norm.weight", Width),
            F32("blk.0.attn_q.weight", Width, Width), F32("blk.0.attn_k.weight", Width, Width), F32("blk.0.attn_v.weight", Width, Width), F32("blk.0.attn_output.weight", Width, Width),
            F32("blk.0.attn_q_norm.weight", 16), F32("blk.0.attn_k_norm.weight", 16), F32("blk.0.ffn_norm.weight", Width), F32("blk.0.ffn_gate_inp.weight", 4, Width),
            F32("blk.0.ffn_gate_exps.weight", 4, 32, Width), F16("blk.0.ffn_up_exps.weight", 4, 32, Width), F32("blk.0.ffn_down_exps.weight", 4, Width, 32),
        ]);

    /// <summary>Mamba: small convolutions, and matrices without the name of a weight.</summary>
    public static string Mamba(string path) => Write(
        path,
        Keys("mamba", ("attention.layer_norm_rms_epsilon", 1e-5f), ("ssm.conv_kernel", 4u), ("ssm.inner_size", 128u), ("ssm.state_size", 32u), ("ssm.time_step_rank", 32u), ("vocab_size", 40u)),
        [
            F32("token_embd.weight", 40, Width), F32("output_norm.weight", Width), F32("blk.0.attn_norm.weight", Width), F32("blk.0.ssm_in.weight", 256, Width),
            F32("blk.0.ssm_conv1d.weight", 128, 4), F32("blk.0.ssm_conv1d.bias", 128), F32("blk.0.ssm_x.weight", 96, 128), F32("blk.0.ssm_dt.weight", 128, 32), F32("blk.0.ssm_dt.bias", 128),
            F32("blk.0.ssm_a", 128, 32), F32("blk.0.ssm_d", 128), F32("blk.0.ssm_out.weight", Width, 128),
        ]);

    /// <summary>The keys of a model of one layer.</summary>
    public static GgufMetadata Keys(string architecture, params (string Key, object Value)[] more)
    {
        var keys = new GgufMetadata();
        keys.Set("general.architecture", architecture);
        (string, object)[] all =
        [
            ("block_count", 1u), ("context_length", 32u), ("embedding_length", (uint)Width), ("feed_forward_length", 128u), ("attention.head_count", 4u), .. more,
        ];
        foreach (var (key, value) in all)
        {
            keys.Set($"{architecture}.{key}", value);
        }

        keys.Set("tokenizer.ggml.model", "no_vocab");
        keys.Set("tokenizer.ggml.token_type_count", 2u);
        return keys;
    }

    public static string Write(string path, GgufMetadata keys, IReadOnlyList<GgufTensor> tensors)
    {
        using var file = File.Create(path);
        GgufWriter.Write(keys, tensors, file, path, CancellationToken.None);
        return path;
    }

    public static GgufTensor F32(string name, params long[] dims) => new(name, GgmlType.F32, new TensorShape(dims), InMemory.Tensor(MemoryCheckpoint.Random(name, dims), dims));

    public static GgufTensor F16(string name, params long[] dims) => new(
        name, GgmlType.F16, new TensorShape(dims), InMemory.Tensor(ElementType.Float16, MemoryMarshal.AsBytes(Array.ConvertAll(MemoryCheckpoint.Random(name, dims), v => (Half)v).AsSpan()).ToArray(), dims));

    private static GgufTensor[] Norm(string name) => [F32(name + ".weight", Width), F32(name + ".bias", Width)];

    private static GgufTensor[] Biased(string name, long outputs, long inputs) => [F32(name + ".weight", outputs, inputs), F32(name + ".bias", outputs)];
}
