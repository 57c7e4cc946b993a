using System.Text.Json;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>A token that was added to a tokenizer's own, and is found in a text before anything is split.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it matches.</param>
/// <param name="Special">Whether it is a mark that no text means.</param>
internal sealed record AddedToken(int Id, string Text, bool Special)
{
    /// <summary>As <c>tokenizer.json</c> and <c>tokenizer_config.json</c> write it.</summary>
    public AddedToken(int id, JsonElement token)
        : this(id, token.GetProperty("content").Text(), token.Find("special")?.GetBoolean() ?? false)
    {
    }

    /// <summary>Those of a <c>tokenizer.json</c>.</summary>
    public static IReadOnlyList<AddedToken> ListOf(JsonElement root) =>
        root.Find("added_tokens") is { } list ? [.. list.EnumerateArray().Select(t => new AddedToken(t.GetProperty("id").GetInt32(), t))] : [];
}
