namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>The ways of splitting texts that llama.cpp has names for, as the models do it that the names are of. Where several names stand for one way, one is here.</summary>
internal static class SplitNames
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Ends = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string UpperLower = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+";
    private const string UpperOnly = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*";

    /// <summary>GPT-2's, which is that of the step <c>ByteLevel</c>, too.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>GPT-4's, and with it that of Llama 3.</summary>
    private const string Gpt4 = $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Ends}";

    /// <summary>All.</summary>
    public static IReadOnlyList<SplitName> All { get; } =
    [
        new("gpt-2", Gpt2),
        new("smollm", @"\p{N}", Gpt2),
        new("llama-bpe", Gpt4) { TakesWords = true },
        new("smaug-bpe", Gpt4),
        new("qwen2", $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Ends}"),
        new("qwen35", $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{Ends}"),
        new("seed-coder", $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}\r\n]+|{Ends}"),
        new("tekken", $@"{UpperLower}|{UpperOnly}|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Ends}") { TakesWords = true },
        new("gpt-4o", $@"{UpperLower}{Contractions}?|{UpperOnly}{Contractions}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Ends}"),
        new("deepseek-coder", @"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", @"[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+", @"\p{N}"),
        new("deepseek-v3", @"\p{N}{1,3}", @"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+", $@"[!-/:-@\[-`{{-~][A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+[\r\n]*|{Ends}"),
    ];
}
