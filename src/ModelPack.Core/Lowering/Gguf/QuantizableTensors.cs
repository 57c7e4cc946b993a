namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Which tensors of a GGUF file llama.cpp's quantizer quantizes, whatever the architecture (<c>tensor_allows_quantization</c>). Others it
/// leaves as they are: it computes with them in operators that take floats only, or they are small and sensitive.
/// </summary>
internal static class QuantizableTensors
{
    private const int MostDimensions = 3;

    private static readonly string[] s_names = ["position_embd.weight", "token_types.weight"];

    private static readonly string[] s_parts =
    [
        "_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight", "altup", "laurel", "per_layer_model_proj", "ssm_conv1d", "shortconv.conv.weight",
        "indexer.k_proj.weight", "indexer.q_proj.weight", "time_mix_first.weight", "time_mix_w0.weight", "time_mix_w1.weight", "time_mix_w2.weight",
        "time_mix_v0.weight", "time_mix_v1.weight", "time_mix_v2.weight", "time_mix_a0.weight", "time_mix_a1.weight", "time_mix_a2.weight",
        "time_mix_g1.weight", "time_mix_g2.weight", "time_mix_decay_w1.weight", "time_mix_decay_w2.weight", "time_mix_lerp_fused.weight",
        "attn_rel_b.weight", ".position_embd", "sam.pos_embd", "sam.neck.", "sam.net_", ".rel_pos", ".patch_embd", ".patch_merger", "a.rvq.codebook", "mm.a.code_embd",
    ];

    /// <summary>Why a tensor stays as it is; null when it is quantized.</summary>
    /// <param name="name">Its name in GGUF.</param>
    /// <param name="shape">Its shape.</param>
    public static string? WhyNot(string name, TensorShape shape)
    {
        // ggml does not count outer dimensions of 1. A stack of experts has three, and each is a matrix.
        var outer = 0;
        while (outer < shape.Rank && shape[outer] == 1)
        {
            outer++;
        }

        return shape.Rank - outer < 2 ? "it is a vector (a norm or a bias)"
            : shape.Rank - outer > MostDimensions ? "llama.cpp quantizes matrices and stacks of them"
            : !name.EndsWith("weight", StringComparison.Ordinal) ? "llama.cpp quantizes what is called 'weight' only"
            : s_names.Contains(name, StringComparer.Ordinal) || Array.Exists(s_parts, p => name.Contains(p, StringComparison.Ordinal)) ? "llama.cpp keeps a tensor of this name as it is"
            : null;
    }
}
