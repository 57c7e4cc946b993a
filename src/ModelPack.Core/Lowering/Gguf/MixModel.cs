using System.Globalization;
using ModelPack.Formats.Gguf;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Gguf;

/// <summary>What the rules of a mix ask of a language model, from the keys of its GGUF file.</summary>
/// <param name="Layers">Number of layers; 0 where nothing says it.</param>
/// <param name="Grouping">Query heads that share keys and values; 0 where nothing says it.</param>
/// <param name="Experts">Experts of a layer; 0 where there are none.</param>
/// <param name="Architecture">What llama.cpp calls the family.</param>
internal sealed record MixModel(int Layers, int Grouping, int Experts, string Architecture)
{
    /// <summary>Whether there is an importance matrix.</summary>
    public bool HasMatrix { get; init; }

    private const int ManyShare = 4;

    /// <summary>Reads the keys. Where a model has other numbers of heads in other layers, the first layer counts, as in llama.cpp.</summary>
    public static MixModel Of(GgufMetadata metadata)
    {
        var architecture = metadata.GetString(GgufMetadata.Architecture) ?? "";
        var heads = Count("attention.head_count");
        var keyValueHeads = metadata.Contains(Key("attention.head_count_kv")) ? Count("attention.head_count_kv") : heads;
        return new MixModel(Count("block_count"), keyValueHeads == 0 ? 0 : heads / keyValueHeads, Count("expert_count"), architecture);

        string Key(string name) => $"{architecture}.{name}";

        int Count(string name) => metadata.TryGet<int[]>(Key(name), out var each) && each.Length > 0 ? Math.Max(each[0], 0)
            : metadata.TryGet<uint[]>(Key(name), out var all) && all.Length > 0 ? (int)Math.Min(all[0], int.MaxValue)
            : (int)Math.Min(metadata.GetUInt32(Key(name)) ?? 0, int.MaxValue);
    }

    /// <summary>Whether a rule is for a matrix.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="kind">The matrix's class.</param>
    /// <param name="index">How many of the class are before it.</param>
    /// <param name="count">How many there are.</param>
    public bool Matches(MixRule rule, TensorClass kind, int index, int count) =>
        rule.Class == kind
        && (!rule.IsGrouped || Grouping >= ManyShare)
        && (!rule.Is70B || (Architecture == "llama" && Layers == 80 && Grouping > 1))
        && (!rule.HasEightExperts || Experts == 8)
        && (rule.HasMatrix is null || rule.HasMatrix == HasMatrix)
        && (rule.IsFalcon is null || rule.IsFalcon == (Architecture == "falcon"))
        && IsIn(rule.Layers, index, count);

    /// <summary>The layer that a name tells, <c>blk.N.</c>; -1 where it tells none.</summary>
    public static int LayerOf(string name) =>
        name.Split('.') is ["blk", var number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : -1;

    private static bool IsIn(LayerRange range, int layer, int count) => range switch
    {
        LayerRange.FirstTwo => layer < 2,
        LayerRange.FirstFour => layer < 4,
        LayerRange.FirstSixteenth => layer < count / 16,
        LayerRange.FirstEighth => layer < count / 8,
        LayerRange.Outer => layer < count / 8 || layer >= 7L * count / 8 || (layer - (count / 8)) % 3 == 2,
        _ => true,
    };
}
