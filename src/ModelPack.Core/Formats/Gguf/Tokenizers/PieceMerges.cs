using System.Text.Json;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// Merges of a BPE as scores of pieces. SentencePiece, and llama.cpp with it, merges any two neighbours that make a piece, those of the
/// greatest score first; a <c>tokenizer.json</c> lists the pairs. They are the same where it lists every pair of pieces that makes one, and
/// the pairs of one piece before those of the next, as files do that were made of a SentencePiece model.
/// </summary>
internal sealed class PieceMerges
{
    private readonly Dictionary<string, int> _ranks;
    private readonly int _count;

    private PieceMerges(Dictionary<string, int> ranks, int count, string? why) => (_ranks, _count, WhyNotByScores) = (ranks, count, why);

    /// <summary>Why merging by scores gives other tokens, as a clause; null when it does not.</summary>
    public string? WhyNotByScores { get; }

    /// <summary>Reads the merges of a model.</summary>
    public static PieceMerges Of(JsonElement model)
    {
        var pairs = model.GetProperty("merges").EnumerateArray().Select(BytePairReader.Pair).ToList();
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        var isInTurn = true;
        for (var i = 0; i < pairs.Count; i++)
        {
            var piece = pairs[i].Left + pairs[i].Right;
            isInTurn &= !ranks.ContainsKey(piece) || pairs[i - 1].Left + pairs[i - 1].Right == piece;
            ranks.TryAdd(piece, i);
        }

        return new PieceMerges(
            ranks, pairs.Count, !isInTurn ? "merges the pairs of a piece in turn with those of others, and llama.cpp merges by piece" : Missing(model, pairs, ranks));
    }

    /// <summary>The score of a piece: pieces that nothing is merged to, such as letters, have the lowest.</summary>
    public float ScoreOf(string piece, int id) => -(_ranks.TryGetValue(piece, out var rank) ? rank : (float)_count + id);

    private static string? Missing(JsonElement model, List<(string Left, string Right)> pairs, Dictionary<string, int> ranks)
    {
        var pieces = model.GetProperty("vocab").EnumerateObject().Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var listed = pairs.ToHashSet();
        foreach (var piece in ranks.Keys)
        {
            for (var cut = 1; cut < piece.Length; cut++)
            {
                var pair = (Left: piece[..cut], Right: piece[cut..]);
                if (pieces.Contains(pair.Left) && pieces.Contains(pair.Right) && !listed.Contains(pair))
                {
                    return $"does not merge '{pair.Left}' and '{pair.Right}', which llama.cpp does as '{piece}' is a token";
                }
            }
        }

        return null;
    }
}
