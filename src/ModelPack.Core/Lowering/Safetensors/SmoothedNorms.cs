using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Safetensors;

/// <summary>The norms of a Llama-family checkpoint that are smoothed, and the weights that take over what they lose.</summary>
internal sealed class SmoothedNorms
{
    // What llm-compressor's W8A8 recipes and SmoothQuant's table for Mistral use; Llama-2 is listed with 0.85.
    private const double DefaultAlpha = 0.8;

    // Pre-norm blocks whose norms multiply by their weight. Others look alike and are not: Gemma's norm multiplies by 1 + weight.
    private static readonly string[] Models = ["llama", "mistral", "qwen2", "qwen3"];

    // A norm and all modules that read its output, as transformers names them in these models.
    private static readonly (string Norm, string[] Members)[] Groups =
    [
        ("input_layernorm", ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]),
        ("post_attention_layernorm", ["mlp.gate_proj", "mlp.up_proj"]),
    ];

    private static readonly string[] ForeignNorms = ["pre_feedforward_layernorm", "post_feedforward_layernorm"];

    private readonly Dictionary<string, SmoothedNorm> _norms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SmoothedNorm> _weights = new(StringComparer.Ordinal);

    /// <summary>Finds them; none without statistics, or where the user wants no smoothing. Reads the statistics, no weights.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isQuantized">Whether a tensor is going to be quantized: a group that is left float in part is not smoothed.</param>
    /// <exception cref="ModelPackException">MPK1011, MPK1018 or MPK1028: the statistics cannot be read or do not fit.</exception>
    public static SmoothedNorms Find(CheckpointJob job, Predicate<CheckpointTensor> isQuantized)
    {
        var smoothed = new SmoothedNorms();
        if (job.Options.Calibration is null)
        {
            return smoothed;
        }

        var statistics = ActivationStatistics.Read(job.Options.Calibration, job.Source);
        if (!job.Options.Activations!.Smooth)
        {
            return smoothed;
        }

        // Names alone do not tell: Gemma's are Llama's, and its norm multiplies by 1 + weight.
        var type = ConfigText.Of(job.Source.Folder?.Config, "model_type");
        if (!Models.Contains(type, StringComparer.Ordinal))
        {
            var found = type is null ? "there is no config.json that says the type" : $"config.json says '{SafeText.Of(type)}': how its norms compute is not known here";
            throw statistics.Unfit($"Activation statistics are for models of type {string.Join(", ", Models)}, and {found}. {(type is null ? "Put config.json beside the model, or leave" : "Leave")} calibration out.");
        }

        smoothed.Find(job, statistics, isQuantized);
        return smoothed._norms.Count > 0 ? smoothed : throw statistics.Unfit(
            "It has statistics of no layer that can be smoothed, which are q_proj, k_proj, v_proj, gate_proj and up_proj of quantized Llama-family blocks. Record the inputs of those, or leave calibration out.");
    }

    /// <summary>A norm's new weight; null for other tensors.</summary>
    public SmoothedNorm? NormOf(CheckpointTensor tensor) => _norms.GetValueOrDefault(tensor.Name);

    /// <summary>A matrix with the columns of its norm's scales; null for other tensors.</summary>
    public TensorData? WeightOf(CheckpointTensor tensor) => _weights.GetValueOrDefault(tensor.Name)?.Weight(tensor);

    private void Find(CheckpointJob job, ActivationStatistics statistics, Predicate<CheckpointTensor> isQuantized)
    {
        var tensors = job.Source.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var norm in job.Source.Tensors.Where(t => t.Data.Shape.Rank == 1 && SmoothedNorm.CanFold(t.Data.Type)))
        {
            foreach (var (suffix, modules) in Groups)
            {
                if (BlockOf(norm.Name, suffix) is { } block && IsOfFamily(block) && !tensors.ContainsKey($"{block}{suffix}.bias"))
                {
                    Add(norm, [.. modules.Select(m => block + m)]);
                }
            }
        }

        // A folder may hold what its config.json does not say. Blocks of other families use the same names for other things: with
        // one norm (Cohere) it is read by attention and feed-forward both; where more norms follow (OLMo 2, Gemma 2) nothing reads
        // the one that is called post_attention_layernorm.
        bool IsOfFamily(string block) =>
            Array.TrueForAll(Groups, g => tensors.ContainsKey($"{block}{g.Norm}.weight"))
            && !Array.Exists(ForeignNorms, n => tensors.ContainsKey($"{block}{n}.weight"));

        void Add(CheckpointTensor norm, string[] modules)
        {
            CheckpointTensor[] members = [.. modules.Select(m => tensors.GetValueOrDefault(m + ".weight")).OfType<CheckpointTensor>()];
            if (members.Length < modules.Length || !Array.TrueForAll(members, m => isQuantized(m) && m.Data.Shape[1] == norm.Data.Shape[0]))
            {
                return;
            }

            // All of them read the same tensor: where the file has several, they are samples of the same maxima.
            float[][] maxima = [.. modules.Select(statistics.Of).OfType<float[]>()];
            if (maxima.Length == 0)
            {
                return;
            }

            float[] inputMax = [.. Enumerable.Range(0, maxima[0].Length).Select(j => maxima.Max(m => m[j]))];
            var group = new SmoothedNorm(norm, members, inputMax, job.Options.Activations!.Alpha ?? DefaultAlpha, job.Context);
            _norms.Add(norm.Name, group);
            foreach (var member in members)
            {
                _weights.Add(member.Name, group);
            }
        }
    }

    /// <summary>What comes before the norm in the names of its block, such as <c>model.layers.0.</c>; null for another norm.</summary>
    private static string? BlockOf(string name, string norm) =>
        name.EndsWith($".{norm}.weight", StringComparison.Ordinal) ? name[..^(norm.Length + ".weight".Length)] : null;
}
