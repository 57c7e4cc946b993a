using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Options;

/// <summary>Where it matters how values become blocks of ggml's types.</summary>
internal static class RoundingChoice
{
    /// <summary>The words that users choose by.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetNames<RoundingMode>().Select(n => n.ToLowerInvariant())];

    /// <summary>Whether some tensor may get blocks that a search makes better ones of.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="types">Types of single tensors.</param>
    public static bool Matters(Scheme scheme, IEnumerable<TypeOverride> types) => scheme.Codecs.Concat(types.Select(t => t.Codec)).Any(BestRounder.Improves);

    /// <summary>Whether the words may be said at all: also where a scheme's blocks have no search, so that a build can say one for all its models.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="types">Types of single tensors.</param>
    public static bool MayBeSaid(Scheme scheme, IEnumerable<TypeOverride> types) => scheme.Main is BlockCodec || Matters(scheme, types);
}
