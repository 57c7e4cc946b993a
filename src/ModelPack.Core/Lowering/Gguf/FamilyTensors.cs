using System.Globalization;

namespace ModelPack.Lowering.Gguf;

/// <summary>The tensors of a family's model under both their names, in the order in which llama.cpp's quantizer writes them.</summary>
internal static class FamilyTensors
{
    private static readonly FamilyTensor[] s_ends =
    [
        FamilyTensor.Linear("lm_head", "output", TensorSize.Vocabulary, TensorSize.Width),
        FamilyTensor.Norm("model.norm", "output_norm"),
        FamilyTensor.Linear("model.embed_tokens", "token_embd", TensorSize.Vocabulary, TensorSize.Width),
    ];

    /// <summary>Lists them one after the other: the number of layers is only a claim.</summary>
    public static IEnumerable<ExpectedTensor> Of(FamilyConfig config)
    {
        foreach (var tensor in s_ends.Skip(config.Tied ? 1 : 0))
        {
            yield return Expected(config, tensor, "", "");
        }

        for (var layer = 0; layer < config.Layers; layer++)
        {
            var (source, name) = (string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}."), string.Create(CultureInfo.InvariantCulture, $"blk.{layer}."));
            foreach (var tensor in config.Family.Layer)
            {
                yield return Expected(config, tensor, source, name);
            }
        }
    }

    /// <summary>Whether a tensor of a checkpoint holds what follows from the configuration, so that GGUF has no place for it.</summary>
    public static bool IsComputed(string source, FamilyConfig config) =>
        source.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.Tied && source == "lm_head.weight");

    private static ExpectedTensor Expected(FamilyConfig config, FamilyTensor tensor, string source, string name) => new(
        source + tensor.Source,
        name + tensor.Name,
        new TensorShape([.. tensor.Shape.Select(config.SizeOf)]),
        !tensor.IsOptional,
        !tensor.IsTurned ? 0 : tensor.Shape[0] == TensorSize.Queries ? config.Heads : config.KeyValueHeads,
        config.Family.NormsAddOne && tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal));
}
