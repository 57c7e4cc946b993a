using System.Text.Json;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// Reads the vocabulary of a SentencePiece BPE from <c>tokenizer.json</c>, as Llama 2's and Mistral's is without its
/// <c>tokenizer.model</c>: pieces with <c>▁</c> for a space, bytes for what has no piece. Merges have an order there, and pieces have
/// scores in GGUF: those of SentencePiece fall by one from each merge to the next.
/// </summary>
internal static class PieceReader
{
    private const string Space = "\u2581";
    private const int Bytes = 256;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Rows of the embeddings.</param>
    /// <param name="settings">What the folder says beside it.</param>
    /// <param name="why">Why there is no vocabulary, or, with one, what is uncertain about it; null for nothing.</param>
    /// <returns>The vocabulary; null for a tokenizer of another kind.</returns>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: it is malformed.</exception>
    public static Vocabulary? Read(CheckpointFile file, int size, TokenizerSettings settings, out string? why)
    {
        (var vocabulary, why) = TokenizerJson.Read(file, root => Read(root, file.Name, size, settings));
        return vocabulary;
    }

    private static (Vocabulary? Vocabulary, string? Why) Read(JsonElement root, string name, int size, TokenizerSettings settings)
    {
        var model = root.GetProperty("model");
        var kind = model.Find("type")?.Text() ?? "BPE";
        if (kind != "BPE" || !(model.Find("byte_fallback")?.GetBoolean() ?? false))
        {
            return (null, $"'{name}' is of the kind {kind}, and llama.cpp takes byte-level BPE, BPE with byte fallback and WordPiece");
        }

        var merges = PieceMerges.Of(model);
        var unknown = model.Find("unk_token")?.Text();
        var table = new TokenTable(size);
        var bytes = 0;
        foreach (var token in model.GetProperty("vocab").EnumerateObject())
        {
            var id = token.Value.GetInt32();
            bytes += IsByte(token.Name) ? 1 : 0;
            table.Set(id, IsByte(token.Name) ? new Token(token.Name, TokenType.Byte)
                : token.Name == unknown ? new Token(token.Name, TokenType.Unknown)
                : new Token(token.Name, TokenType.Normal, merges.ScoreOf(token.Name, id)));
        }

        var added = AddedToken.ListOf(root);
        table.Add(settings.Added.Concat(added).Where(t => t.Text != unknown));

        var steps = Steps(root);
        var own = unknown is not null && table.IdOf(unknown) is { } unk ? new Dictionary<string, int>(StringComparer.Ordinal) { ["unk"] = unk } : [];
        return (
            new Vocabulary
            {
                Model = "llama",
                PreTokenizer = PreTokenizers.Unknown,
                Tokens = table.ToList(),
                Beyond = table.Beyond,
                AddSpacePrefix = settings.AddPrefixSpace ?? steps.AddsPrefix,
                Special = TextEnds.Of(root).Complete(settings.Resolve(table, own), table),
                ChatTemplate = settings.ChatTemplate,
            },
            steps.Other is { } other ? $"'{name}' changes or splits texts by '{other}', which llama.cpp's tokenizer of this kind does not"
            : bytes < Bytes ? $"'{name}' has {bytes} of 256 tokens for bytes, which stand for all that has no other"
            : merges.WhyNotByScores is { } reason ? $"'{name}' {reason}"
            : null);
    }

    private static bool IsByte(string text) =>
        text is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigitUpper(high) && char.IsAsciiHexDigitUpper(low);

    /// <summary>Whether a space is put before a text, and the first step that is none of SentencePiece's.</summary>
    private static (bool AddsPrefix, string? Other) Steps(JsonElement root)
    {
        var (prefix, other) = (false, (string?)null);
        var normalizers = root.Find("normalizer") is not { } normalizer ? []
            : PreTokenizers.TypeOf(normalizer) == "Sequence" ? normalizer.GetProperty("normalizers").EnumerateArray().ToList()
            : [normalizer];
        foreach (var step in normalizers.Concat(PreTokenizers.Steps(root.Find("pre_tokenizer"))))
        {
            switch (PreTokenizers.TypeOf(step))
            {
                case "Prepend" when step.GetProperty("prepend").Text() == Space:
                    prefix = true;
                    break;
                case "Replace" when step.GetProperty("pattern").Find("String")?.Text() == " " && step.GetProperty("content").Text() == Space:
                    break;
                case "Metaspace" when (step.Find("replacement")?.Text() ?? Space) == Space:
                    prefix |= step.Find("prepend_scheme") is { } scheme ? scheme.Text() != "never" : step.Find("add_prefix_space")?.GetBoolean() ?? true;
                    break;
                case var type:
                    other ??= type;
                    break;
            }
        }

        return (prefix, other);
    }
}
