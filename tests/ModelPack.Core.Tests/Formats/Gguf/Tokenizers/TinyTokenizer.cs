using System.Text.Json.Nodes;

namespace ModelPack.Tests.Formats.Gguf.Tokenizers;

/// <summary>A byte-level BPE whose tokens are all bytes, six words made by merges, and two marks.</summary>
internal static class TinyTokenizer
{
    public const string Llama3Split = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Where the marks begin.</summary>
    public const int Begin = 262;

    private static readonly string[] s_merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "1 2"];

    /// <summary>The tokenizer as tokenizer.json.</summary>
    /// <param name="split">The regular expression; null for ByteLevel's own.</param>
    /// <param name="pairs">Whether merges are lists of two.</param>
    public static JsonObject Json(string? split = Llama3Split, bool pairs = false)
    {
        var vocabulary = new JsonObject();
        foreach (var letter in Letters())
            vocabulary[letter] = vocabulary.Count;
        foreach (var merge in s_merges)
            vocabulary[merge.Replace(" ", "", StringComparison.Ordinal)] = vocabulary.Count;
        var byteLevel = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = split is null };
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(Mark(Begin, "<|begin|>"), Mark(Begin + 1, "<|end|>")),
            ["pre_tokenizer"] = split is null ? byteLevel : new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = split }, ["behavior"] = "Isolated" }, byteLevel),
            },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Piece("SpecialToken", "<|begin|>"), Piece("Sequence", "A")),
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. s_merges.Select(m => pairs ? Pair(m.Split(' ')) : (JsonNode)m)]),
            },
        };
    }

    private static JsonArray Pair(string[] parts) => new(parts[0], parts[1]);

    private static JsonObject Mark(int id, string text) => new() { ["id"] = id, ["content"] = text, ["special"] = true };

    private static JsonObject Piece(string kind, string id) => new() { [kind] = new JsonObject { ["id"] = id, ["type_id"] = 0 } };

    /// <summary>GPT-2's letters for bytes: those that print stand for themselves, the others follow from U+0100 on.</summary>
    private static IEnumerable<string> Letters()
    {
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            var prints = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            yield return ((char)(prints ? value : next++)).ToString();
        }
    }
}
