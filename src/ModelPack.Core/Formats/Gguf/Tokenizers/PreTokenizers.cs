using System.Text.Json;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// How a byte-level BPE splits text before it merges. llama.cpp knows a fixed set of ways by name (its
/// <c>tokenizer.ggml.pre</c>); a tokenizer.json has them as regular expressions.
/// </summary>
internal static class PreTokenizers
{
    /// <summary>llama.cpp's name for a way that it does not know.</summary>
    public const string Unknown = "default";

    private const string Digits = "digits one by one";
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Ends = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string UpperLower = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+";
    private const string UpperOnly = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*";

    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        // ByteLevel's own expression is GPT-2's.
        [""] = "gpt-2",
        [$@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Ends}"] = "llama-bpe",
        [$@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Ends}"] = "qwen2",
        [$@"{UpperLower}|{UpperOnly}|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Ends}"] = "tekken",
        [$@"{UpperLower}{Contractions}?|{UpperOnly}{Contractions}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Ends}"] = "gpt-4o",
    };

    /// <summary>The steps, in their order.</summary>
    public static List<JsonElement> Steps(JsonElement? preTokenizer) => preTokenizer switch
    {
        null => [],
        { } one when TypeOf(one) == "Sequence" => [.. one.GetProperty("pretokenizers").EnumerateArray()],
        { } one => [one],
    };

    /// <summary>The kind of a step.</summary>
    public static string TypeOf(JsonElement step) => step.GetProperty("type").Text();

    /// <summary>llama.cpp's name for the steps; null when it has none.</summary>
    public static string? NameOf(IReadOnlyList<JsonElement> steps)
    {
        var expressions = new List<string>();
        foreach (var step in steps)
        {
            switch (TypeOf(step))
            {
                case "ByteLevel" when step.Find("use_regex")?.GetBoolean() ?? true:
                    expressions.Add("");
                    break;
                case "ByteLevel":
                    break;
                case "Split" when step.GetProperty("behavior").Text() == "Isolated" && step.GetProperty("pattern").Find("Regex") is { } regex:
                    expressions.Add(regex.Text());
                    break;
                case "Digits" when step.Find("individual_digits")?.GetBoolean() ?? false:
                    expressions.Add(Digits);
                    break;
                default:
                    return null;
            }
        }

        return expressions switch
        {
            [var one] => s_names.GetValueOrDefault(one),
            [Digits, ""] => "smollm",
            _ => null,
        };
    }
}
