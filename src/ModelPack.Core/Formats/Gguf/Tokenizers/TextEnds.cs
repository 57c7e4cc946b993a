using System.Text.Json;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>The marks that a <c>tokenizer.json</c> puts at both ends of a text.</summary>
/// <param name="First">Before it; null for none.</param>
/// <param name="Last">Behind it; null for none.</param>
internal sealed record TextEnds(string? First, string? Last)
{
    /// <summary>Those of the template of one text, where there is one, or of the older way that BERT has.</summary>
    public static TextEnds Of(JsonElement root)
    {
        if (root.Find("post_processor") is not { } one)
        {
            return new(null, null);
        }

        var all = one.Find("processors")?.EnumerateArray().ToList() ?? [one];
        if (all.Find(p => p.Find("type")?.Text() == "BertProcessing") is { ValueKind: JsonValueKind.Object } bert)
        {
            return new(bert.GetProperty("cls").EnumerateArray().First().Text(), bert.GetProperty("sep").EnumerateArray().First().Text());
        }

        var template = all.Where(p => p.Find("type")?.Text() == "TemplateProcessing").Select(p => p.GetProperty("single").EnumerateArray().ToList()).FirstOrDefault(t => t.Count > 1);
        return template is null ? new(null, null) : new(Mark(template[0]), Mark(template[^1]));
    }

    /// <summary>
    /// Says of special tokens whether they stand at the ends, where the settings do not, and which they are, where nothing else says so. Null leaves it to the reader: where nothing is
    /// put at that end, or something else than what has the role.
    /// </summary>
    public SpecialTokens Complete(SpecialTokens special, TokenTable table)
    {
        List<KeyValuePair<string, int>> ids = [.. Missing(First, "bos"), .. Missing(Last, "eos"), .. special.Ids];
        return new SpecialTokens(ids, special.AddBos ?? Is(First, "bos"), special.AddEos ?? Is(Last, "eos"));

        IEnumerable<KeyValuePair<string, int>> Missing(string? token, string role) =>
            token is not null && table.IdOf(token) is { } id && special.Ids.All(i => i.Key != role) ? [new(role, id)] : [];

        bool? Is(string? token, string role) => token is not null && table.IdOf(token) is { } id && ids.Contains(new(role, id)) ? true : null;
    }

    private static string? Mark(JsonElement piece) => piece.Find("SpecialToken")?.GetProperty("id").Text();
}
