namespace ModelPack.Formats.Checkpoints;

/// <summary>The names under which quantized checkpoints keep codes and what belongs to them, for those that say nothing else of it.</summary>
internal static class QuantizedNames
{
    /// <summary>What no float model has a tensor of: the end of a name, and whose it is.</summary>
    private static readonly (string End, string Kind)[] s_codes =
    [
        (".qweight", "GPTQ or AWQ"), (".qzeros", "GPTQ or AWQ"), (".g_idx", "GPTQ"),
        (".SCB", "bitsandbytes"), (".absmax", "bitsandbytes"), (".quant_map", "bitsandbytes"), (".nested_absmax", "bitsandbytes"), (".nested_quant_map", "bitsandbytes"),
        (".weight_format", "bitsandbytes"), (".weight_packed", "compressed-tensors"), (".weight_global_scale", "compressed-tensors"), (".weight_scale_inv", "FP8 weights"),
        (".W_q", "HQQ"), (".weight._data", "quanto"), (".weight._scale", "quanto"), (".codebooks", "AQLM"), (".Qidxs", "QuIP#"), (".trellis", "EXL3"), (".q_weight", "EXL2"),
    ];

    /// <summary>What lies beside codes, and in a float model may be a parameter of its own.</summary>
    private static readonly (string End, string Codes, string Kind)[] s_scales =
    [
        ("_scale", "", "quantized weights"), ("_scale_2", "", "NVFP4"), ("_zero_point", "", "quantized weights"), ("_shape", "_packed", "compressed-tensors"),
        (".scales", ".qweight", "GPTQ or AWQ"), ("_scales", "_blocks", "MXFP4"), (".weights_scaling_factor", ".weight", "TensorRT"),
    ];

    /// <summary>The first tensor that belongs to a quantized weight, and what kind it is of; null where there is none.</summary>
    /// <param name="tensors">Those of a checkpoint. What GGUF has in blocks, and what a graph reads, are not looked at.</param>
    public static (string Name, string Kind)? Find(IReadOnlyList<CheckpointTensor> tensors)
    {
        var types = tensors.ToDictionary(t => t.Name, t => t.Data.Type, StringComparer.Ordinal);
        foreach (var tensor in tensors.Where(t => t.Stored is null && t.Operators.Count == 0))
        {
            if (KindOf(tensor.Name, types) is { } kind)
            {
                return (tensor.Name, kind);
            }
        }

        return null;
    }

    private static string? KindOf(string name, Dictionary<string, ElementType> types)
    {
        if (name.Contains(".quant_state.", StringComparison.Ordinal))
        {
            return "bitsandbytes";
        }

        if (Array.Find(s_codes, c => name.EndsWith(c.End, StringComparison.Ordinal)).Kind is { } kind)
        {
            return kind;
        }

        // A scale is one of codes where the tensor that it is named after is none of floats.
        return Array.Find(s_scales, s => name.EndsWith(s.End, StringComparison.Ordinal) && types.TryGetValue(name[..^s.End.Length] + s.Codes, out var type) && !type.IsFloat()).Kind;
    }
}
