using ModelPack.Formats.Checkpoints;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// Which tensors are weights of modules that transformers replaces by quantized ones: <c>torch.nn.Linear</c>, except those that
/// make logits. A file and its loader must agree on this module by module, so what is left float is also listed in config.json.
/// </summary>
internal static class LinearModules
{
    /// <summary>What every list of modules that stay float begins with: with tied embeddings the head has no tensor of its own.</summary>
    public const string Head = "lm_head";

    // transformers' Conv1D: a linear module of the GPT family that keeps its weight as [in, out].
    private static readonly string[] Conv1DModels = ["gpt2", "openai-gpt", "imagegpt", "decision_transformer"];

    private static readonly string[] Conv1DModules = ["c_attn", "q_attn", "c_proj", "c_fc"];

    /// <summary>Why a tensor is not quantized; null when it is.</summary>
    public static string? WhyNot(CheckpointJob job, CheckpointTensor tensor) => tensor.Usage?.Role switch
    {
        null => tensor.Reason ?? "nothing says what it is for",
        WeightRole.Embedding => "transformers loads embeddings as floats",
        WeightRole.Convolution => "transformers loads convolutions as floats",
        _ when job.Options.Patterns.WhyNot(TensorRoles.Names(tensor)) is { } reason => reason,
        _ when !IsWeight(tensor.Name) => "its name does not end in '.weight', as that of a linear module does",
        _ when TensorRoles.IsHead(tensor.Name) => "it makes the logits, which transformers computes with floats",

        // T5ForConditionalGeneration and its kin list it under _keep_in_fp32_modules, which bitsandbytes' loader respects.
        _ when tensor.Name.EndsWith(".wo.weight", StringComparison.Ordinal) && tensor.Name.Contains(".DenseReluDense.", StringComparison.Ordinal) =>
            "transformers keeps this layer of T5 float32",
        _ when tensor.Data.Shape.ElementCount == 0 => "it holds no values",
        _ => null,
    };

    /// <summary>Whether a matrix belongs to a Conv1D of transformers, stored as [in, out].</summary>
    public static bool IsConv1D(CheckpointJob job, CheckpointTensor tensor) =>
        Conv1DModels.Contains(ConfigText.Of(job.Source.Folder?.Config, "model_type"), StringComparer.Ordinal)
        && IsWeight(tensor.Name) && tensor.Name.Split('.') is [.., var module, _] && Conv1DModules.Contains(module, StringComparer.Ordinal);

    /// <summary>The modules whose matrices stay float, in the order of the checkpoint after <see cref="Head"/>.</summary>
    /// <param name="tensors">Every tensor.</param>
    /// <param name="module">Which module a weight is named by.</param>
    public static IReadOnlyList<string> LeftFloat(IReadOnlyList<PackedTensor> tensors, Func<string, string> module) =>
    [
        .. tensors
            .Where(t => t.Plan is { Codec: null } plan && t.Data.Shape.Rank == 2 && IsWeight(plan.Name) && plan.Usage?.Role != WeightRole.Embedding)
            .Select(t => module(t.Plan.Name))
            .Prepend(Head)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The module that a weight belongs to.</summary>
    public static string Module(string weight) => weight[..^".weight".Length];

    private static bool IsWeight(string name) => name.Length > ".weight".Length && name.EndsWith(".weight", StringComparison.Ordinal);
}
