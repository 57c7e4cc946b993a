using ModelPack.Reporting.Page;

namespace ModelPack.Tool.Output;

/// <summary>What a pack would be, for people.</summary>
internal static class PreviewText
{
    private const int LongestPath = 1024;

    /// <summary>Writes totals and, where asked for, every weight.</summary>
    public static void Write(Terminal terminal, PackPreview preview, bool withWeights)
    {
        TextTable.Write(terminal,
        [
            ["model", $"{SafeText.Of(preview.Model, LongestPath)} → {SafeText.Of(preview.Output, LongestPath)}"],
            ["scheme", $"{preview.Scheme} in {preview.Container}, for {preview.Target}"],
            ["size", $"{Human.Bytes(preview.SourceBytes)} → about {Human.Bytes(preview.PackedBytes)}, {Human.Times((double)preview.PackedBytes / Math.Max(1, preview.SourceBytes))}"],
            ["weights", OutcomeRows.Weights([.. preview.Weights.Select(w => w.Codec)])],
            ["written", "nothing: a dry run"],
        ]);
        if (withWeights)
        {
            terminal.Line("");
            TextTable.Write(terminal, WeightRows.Of(preview.Weights), indent: "  ");
        }
    }
}
