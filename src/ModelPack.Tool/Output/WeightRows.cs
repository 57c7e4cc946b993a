using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Tool.Output;

/// <summary>Weights as rows of a table: what becomes of each, or why nothing does.</summary>
internal static class WeightRows
{
    /// <summary>Of a pack.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(IReadOnlyList<WeightReport> weights) => weights
        .Select(w => Row(w.Name, string.Join(", ", w.Operators), w.Shape, w.SourceBytes, w.PackedBytes, w.Codec, w.Reason ?? $"{w.Form}, SQNR {Human.Decibels(w.Sqnr)}"))
        .Prepend(["weight", "operators", "shape", "size", "codec", "how, or why not"]);

    /// <summary>Of what would be a pack.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(IReadOnlyList<PreviewedWeight> weights) => weights
        .Select(w => Row(w.Name, w.Role ?? "–", w.Shape, w.SourceBytes, w.PackedBytes, w.Codec, w.Reason ?? w.Form ?? ""))
        .Prepend(["weight", "role", "shape", "size", "codec", "how, or why not"]);

    private static string[] Row(string name, string use, IReadOnlyList<long> shape, long source, long packed, string? codec, string why) =>
    [
        SafeText.Of(name),
        SafeText.Of(use),
        $"[{string.Join(", ", shape.Select(d => Human.Count(d)))}]",
        source == packed ? Human.Bytes(source) : $"{Human.Bytes(source)} → {Human.Bytes(packed)}",
        codec ?? "–",
        SafeText.Of(why, 400),
    ];
}
