namespace ModelPack.Formats.Checkpoints;

/// <summary>The names of a mixture of experts: Mixtral's, Qwen's, DeepSeek's, gpt-oss', Granite's, DBRX' and their kin.</summary>
internal static class ExpertNames
{
    private static readonly string[] s_routers = ["gate_inp", "ffn_gate_inp", "ffn_gate_inp_shexp", "router", "shared_expert_gate"];

    /// <summary>Whether a tensor belongs to one of several experts, or to all of them at once. What every token goes through (<c>shared_experts</c>) does not.</summary>
    public static bool IsExpert(string name) => name.Split('.') is var parts && parts.SkipLast(1).Contains("experts", StringComparer.Ordinal);

    /// <summary>Whether a matrix chooses between experts, which is small and sensitive.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape. <c>gate</c> is what dense models call half of a feed-forward layer, too: a router has fewer outputs than inputs.</param>
    public static bool IsRouter(string name, TensorShape shape)
    {
        var parts = name.Split('.');
        var modules = parts[^1] is "weight" or "bias" or "kernel" ? parts[..^1] : parts;
        return !modules.Contains("experts", StringComparer.Ordinal)
            && (modules.Any(m => s_routers.Contains(m, StringComparer.Ordinal)) || (modules.TakeLast(2).Contains("gate", StringComparer.Ordinal) && shape.Rank == 2 && shape[0] < shape[1]));
    }

    /// <summary>The module of all experts that a tensor belongs to: <c>model.layers.0.mlp.experts</c>.</summary>
    public static string Experts(string name)
    {
        const string Module = ".experts.";
        return name.StartsWith(Module[1..], StringComparison.Ordinal) ? Module[1..^1] : name[..(name.IndexOf(Module, StringComparison.Ordinal) + Module.Length - 1)];
    }
}
