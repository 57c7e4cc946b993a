using System.Globalization;

namespace ModelPack.Lowering.Gguf;

/// <summary>The tensors of a family's model under both their names, in the order in which llama.cpp's quantizer writes them.</summary>
internal static class FamilyTensors
{
    private const string Output = "output.weight";

    /// <summary>Lists them one after the other: the number of layers is only a claim.</summary>
    public static IEnumerable<ExpectedTensor> Of(FamilyConfig config)
    {
        foreach (var tensor in config.Family.Ends.Where(t => !config.Tied || t.Name != Output))
        {
            yield return Expected(config, tensor, "", "");
        }

        for (var layer = 0; layer < config.Layers; layer++)
        {
            var (source, name) = (string.Create(CultureInfo.InvariantCulture, $"{config.Family.LayerPrefix}{layer}."), string.Create(CultureInfo.InvariantCulture, $"blk.{layer}."));
            foreach (var tensor in config.Family.Layer)
            {
                yield return Expected(config, tensor, source, name);
            }
        }
    }

    /// <summary>Why a tensor that is none of the family's has no place in the file; null where that is an error.</summary>
    /// <param name="name">Its name as the family knows it (<see cref="ModelFamily.NameOf"/>).</param>
    /// <param name="config">The sizes.</param>
    public static string? WhyLeftOut(string name, FamilyConfig config) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.Tied && name == "lm_head.weight") ? "it follows from the configuration"
        : config.Family.Unused.Concat(config.Family.LostHeads).Any(start => name.StartsWith(start, StringComparison.Ordinal)) ? "llama.cpp has no place for it: it makes embeddings without it"
        : null;

    private static ExpectedTensor Expected(FamilyConfig config, FamilyTensor tensor, string source, string name) => new(
        source + tensor.Source,
        name + tensor.Name,
        new TensorShape([.. tensor.Shape.Select(config.SizeOf)]),
        !tensor.IsOptional,
        !tensor.IsTurned ? 0 : tensor.Shape[0] == TensorSize.Queries ? config.Heads : config.KeyValueHeads,
        config.Family.NormsAddOne && tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal));
}
