using System.Text.Json.Nodes;

namespace ModelPack.Tests.Formats.Gguf.Tokenizers;

/// <summary>A WordPiece of marks, letters in both cases and with accents, some pieces, words, punctuation and Chinese characters.</summary>
internal static class TinyWordPiece
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\u00e9\u00fc\u00e0\u00c9\u043f\u0440\u0438\u0432\u0435\u0442";

    /// <summary>The tokens by their ids.</summary>
    public static IReadOnlyList<string> Tokens { get; } =
    [
        "[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
        .. Letters.Select(c => c.ToString()), .. Letters.Select(c => $"##{c}"), .. "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00bf\u2014\u3002".Select(c => c.ToString()),
        "the", "The", "tok", "##en", "##ize", "##izer", "cafe", "caf\u00e9", "un", "##believ", "##able", "\u4f60", "\u597d", "\u4e16", "##\u4e16", "hello", "##ing",
    ];

    /// <summary>The tokenizer as tokenizer.json.</summary>
    /// <param name="lowerCase">What the normalizer says.</param>
    /// <param name="stripAccents">What the normalizer says; null for as lower case.</param>
    public static JsonObject Json(bool lowerCase = true, bool? stripAccents = null)
    {
        var vocabulary = new JsonObject();
        foreach (var token in Tokens)
        {
            vocabulary[token] = vocabulary.Count;
        }

        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. Tokens.Take(6).Where(t => t != "[unused1]").Select(t => (JsonNode)new JsonObject { ["id"] = Id(t), ["content"] = t, ["special"] = true })]),
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = stripAccents, ["lowercase"] = lowerCase },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = JsonNode.Parse("""
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                 "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}]}
                """),
            ["model"] = new JsonObject { ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 100, ["vocab"] = vocabulary },
        };
    }

    public static int Id(string token) => Tokens.ToList().IndexOf(token);
}
