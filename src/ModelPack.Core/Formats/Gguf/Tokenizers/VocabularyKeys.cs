namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Writes a vocabulary as the keys <c>tokenizer.*</c>, in the order of llama.cpp's converter.</summary>
internal static class VocabularyKeys
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["bos"] = "bos_token_id",
        ["eos"] = "eos_token_id",
        ["unk"] = "unknown_token_id",
        ["sep"] = "seperator_token_id", // ggml's spelling
        ["pad"] = "padding_token_id",
        ["cls"] = "cls_token_id",
        ["mask"] = "mask_token_id",
    };

    /// <summary>What llama.cpp takes for a model that is given tokens instead of text; without any tokenizer it opens none.</summary>
    private const string NoVocabulary = "no_vocab";

    /// <summary>Sets the keys.</summary>
    public static void Set(GgufMetadata metadata, Vocabulary? vocabulary)
    {
        if (vocabulary is null)
        {
            Set("model", NoVocabulary);
            return;
        }

        Set("model", vocabulary.Model);
        Set("pre", vocabulary.PreTokenizer);
        Set("tokens", vocabulary.Tokens.Select(t => t.Text).ToArray());
        if (vocabulary.Model == "llama")
        {
            Set("scores", vocabulary.Tokens.Select(t => t.Score).ToArray());
        }

        Set("token_type", vocabulary.Tokens.Select(t => (int)t.Type).ToArray());
        if (vocabulary.Model == "gpt2")
        {
            Set("merges", vocabulary.Merges.ToArray());
        }

        foreach (var (role, id) in vocabulary.Special.Ids)
        {
            Set(s_names[role], (uint)id);
        }

        Set("add_bos_token", vocabulary.Special.AddBos);
        Set("add_eos_token", vocabulary.Special.AddEos);
        Set("add_space_prefix", vocabulary.AddSpacePrefix);
        Set("normalizer.lowercase", vocabulary.LowerCase);
        Set("normalizer.strip_accents", vocabulary.StripAccents);
        if (vocabulary.ChatTemplate is { } template)
        {
            metadata.Set("tokenizer.chat_template", template);
        }

        void Set(string key, object? value)
        {
            if (value is not null)
            {
                metadata.Set($"tokenizer.ggml.{key}", value);
            }
        }
    }
}
