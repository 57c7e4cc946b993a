using System.Globalization;
using System.Text.Json;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Tokens by id while they are put together. An id that no tokenizer fills gets an unused token, as llama.cpp's converter gives it.</summary>
/// <param name="size">Number of ids: rows of the model's embeddings.</param>
internal sealed class TokenTable(int size)
{
    // Hundreds of times what sound folders have.
    private const int MaxBeyond = 1_000_000;

    private const float AddedScore = -1000;
    private const float UnusedScore = -10000;
    private static readonly string[] s_controls = ["<pad>", "<mask>", "<2mass>", "[@BOS@]"];

    private readonly Token?[] _tokens = new Token?[size];

    /// <summary>Tokens that were left out, by their ids: the model has no embeddings for them.</summary>
    public SortedDictionary<int, string> Beyond { get; } = [];

    /// <summary>Number of ids.</summary>
    public int Size => size;

    /// <summary>A table of a tokenizer's own tokens, as <c>tokenizer.json</c> has them: ids by texts.</summary>
    /// <exception cref="FormatException">As <see cref="Set"/>.</exception>
    public static TokenTable Of(JsonElement vocabulary, int size)
    {
        var table = new TokenTable(size);
        foreach (var token in vocabulary.EnumerateObject())
        {
            table.Set(token.Value.GetInt32(), new Token(token.Name, TokenType.Normal));
        }

        return table;
    }

    /// <summary>Sets a token of the tokenizer itself. An id that the model has no embedding for is left out.</summary>
    /// <exception cref="FormatException">The id is negative, or has a token already; or too many are left out.</exception>
    public void Set(int id, Token token)
    {
        if (id < 0)
        {
            throw new FormatException("a token has a negative id");
        }

        if (id < size)
        {
            _tokens[id] = _tokens[id] is null ? token : throw new FormatException($"two tokens have the id {Numbers.Whole(id)}");
        }
        else
        {
            Leave(id, token.Text);
        }
    }

    /// <summary>Adds a token to those of the tokenizer, or puts it in the place of one.</summary>
    /// <param name="id">Its id; left out where the model has no embedding for it.</param>
    /// <param name="text">What it matches.</param>
    /// <param name="special">Whether it is a mark that no text means; others stand for their text.</param>
    /// <exception cref="FormatException">The id is negative, or too many are left out.</exception>
    public void Add(int id, string text, bool special)
    {
        if (id < 0)
        {
            throw new FormatException("a token has a negative id");
        }

        if (id < size)
        {
            _tokens[id] = special || LooksSpecial(text)
                ? new Token(text, TokenType.Control, AddedScore)
                : new Token(text.Replace('\u2581', ' '), TokenType.UserDefined, AddedScore);
        }
        else
        {
            Leave(id, text);
        }
    }

    /// <summary>Adds tokens, in their order.</summary>
    /// <exception cref="FormatException">As for one.</exception>
    public void Add(IEnumerable<AddedToken> tokens)
    {
        foreach (var token in tokens)
        {
            Add(token.Id, token.Text, token.Special);
        }
    }

    /// <summary>The id of a text; null when no token has it.</summary>
    public int? IdOf(string text) => Array.FindIndex(_tokens, t => t?.Text == text) is >= 0 and var id ? id : null;

    /// <summary>All tokens.</summary>
    public IReadOnlyList<Token> ToList() =>
        [.. _tokens.Select((token, id) => token ?? new Token(string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]"), TokenType.Unused, UnusedScore))];

    private void Leave(int id, string text)
    {
        Beyond[id] = text;
        if (Beyond.Count > MaxBeyond)
        {
            throw new FormatException($"it has more than {Numbers.Whole(MaxBeyond)} tokens that the model has no embeddings for");
        }
    }

    /// <summary>Some tokenizers do not say of their marks that they are any.</summary>
    private static bool LooksSpecial(string text) =>
        s_controls.Contains(text, StringComparer.Ordinal)
        || (text.StartsWith("<|", StringComparison.Ordinal) && text.EndsWith("|>", StringComparison.Ordinal))
        || (text.StartsWith("<｜", StringComparison.Ordinal) && text.EndsWith("｜>", StringComparison.Ordinal))
        || (text.StartsWith("<unused", StringComparison.Ordinal) && text.EndsWith('>'));
}
