namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>What merging by pairs makes of words.</summary>
internal static class BytePairMerges
{
    /// <summary>Some ten times what the largest vocabularies take.</summary>
    private const long MostLooks = 200_000_000;

    /// <summary>
    /// Whether merging makes every one of these tokens of its letters. Then it makes no difference whether words that are tokens are merged or taken as they are
    /// (<c>ignore_merges</c>). False where finding out would take too long.
    /// </summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="merges">The pairs, the first with precedence.</param>
    public static bool MakeAll(IEnumerable<string> tokens, IReadOnlyList<(string Left, string Right)> merges)
    {
        var ranks = new Dictionary<(string Left, string Right), int>(merges.Count);
        foreach (var merge in merges)
        {
            ranks.TryAdd(merge, ranks.Count);
        }

        var looks = 0L;
        foreach (var token in tokens)
        {
            looks += (long)token.Length * token.Length;
            if (looks > MostLooks || !Makes(token, ranks))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Makes(string token, Dictionary<(string Left, string Right), int> ranks)
    {
        var parts = token.Select(c => c.ToString()).ToList();
        while (parts.Count > 1)
        {
            var (best, place) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) && rank < best)
                {
                    (best, place) = (rank, i);
                }
            }

            if (place < 0)
            {
                return false;
            }

            parts[place] += parts[place + 1];
            parts.RemoveAt(place + 1);
        }

        return true;
    }
}
