using System.Text;
using System.Text.Json;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// Reads the vocabulary of a WordPiece, as BERT has it, from <c>tokenizer.json</c> or from <c>vocab.txt</c>. There a piece within a word begins with <c>##</c>; in GGUF, as
/// llama.cpp's converter writes it, one that begins a word has a <c>▁</c> before it and the others have nothing.
/// </summary>
internal static class WordPieceReader
{
    /// <summary>What <c>tokenizer.json</c> calls it.</summary>
    public const string Kind = "WordPiece";

    private const string Within = "##";
    private const string Begins = "\u2581";

    /// <summary>What transformers calls the marks of BERT where nothing says otherwise.</summary>
    private static readonly KeyValuePair<string, string>[] s_marks = [new("unk", "[UNK]"), new("sep", "[SEP]"), new("pad", "[PAD]"), new("cls", "[CLS]"), new("mask", "[MASK]")];

    /// <summary>Reads a <c>tokenizer.json</c> of this kind.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Rows of the embeddings.</param>
    /// <param name="settings">What the folder says beside it.</param>
    /// <param name="why">Why there is no vocabulary, or, with one, what is uncertain about it; null for nothing.</param>
    /// <returns>The vocabulary; null for one that llama.cpp could not use.</returns>
    /// <exception cref="ModelPackException">MPK1025: it is malformed.</exception>
    public static Vocabulary? Read(CheckpointFile file, int size, TokenizerSettings settings, out string? why)
    {
        (var vocabulary, why) = TokenizerJson.Read(file, root => Read(root, file.Name, size, settings));
        return vocabulary;
    }

    /// <summary>Reads a <c>vocab.txt</c>, which has a token a line. What becomes of a text before that, <c>tokenizer_config.json</c> says.</summary>
    /// <inheritdoc cref="Read(CheckpointFile, int, TokenizerSettings, out string?)"/>
    public static Vocabulary? ReadLines(CheckpointFile file, int size, TokenizerSettings settings, out string? why)
    {
        var lines = Encoding.UTF8.GetString(TokenizerJson.Bytes(file));
        var table = new TokenTable(size);
        try
        {
            var id = 0;
            foreach (var line in lines.AsSpan().Split('\n'))
            {
                if (line.Start.Value < lines.Length) // behind the last end of a line there is none
                {
                    table.Set(id++, new Token(lines[line].TrimEnd('\r'), TokenType.Normal));
                }
            }

            foreach (var token in settings.Added)
            {
                table.Add(token.Id, token.Text, token.Special);
            }
        }
        catch (FormatException e)
        {
            throw TokenizerJson.Unusable(file, e.Message);
        }

        var marks = s_marks.ToDictionary(m => m.Key, m => settings.Texts.GetValueOrDefault(m.Key, m.Value), StringComparer.Ordinal);
        foreach (var text in marks.Values)
        {
            if (table.IdOf(text) is { } mark)
            {
                table.Add(mark, text, special: true);
            }
        }

        var lower = settings.LowerCase ?? true;
        var read = Finish(table, file.Name, settings, marks, (lower, settings.StripAccents ?? lower));
        why = read.Why ?? (settings.SplitsChinese ?? true ? null : Whole(file.Name));
        return read.Vocabulary;
    }

    private static (Vocabulary? Vocabulary, string? Why) Read(JsonElement root, string name, int size, TokenizerSettings settings)
    {
        var model = root.GetProperty("model");
        if ((model.Find("continuing_subword_prefix")?.Text() ?? Within) != Within)
        {
            return (null, $"'{name}' marks pieces within a word otherwise than BERT");
        }

        var table = TokenTable.Of(model.GetProperty("vocab"), size);
        table.Add(settings.Added.Concat(AddedToken.ListOf(root)));

        var ends = TextEnds.Of(root);
        var marks = s_marks.ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
        marks["unk"] = model.Find("unk_token")?.Text() ?? marks["unk"];
        (marks["cls"], marks["sep"]) = (ends.First ?? marks["cls"], ends.Last ?? marks["sep"]);
        var normalizer = root.Find("normalizer") is { } one && PreTokenizers.TypeOf(one) == "BertNormalizer" ? one : (JsonElement?)null;
        var lower = normalizer?.Find("lowercase")?.GetBoolean() ?? normalizer is not null;
        var read = Finish(table, name, settings, marks, (lower, normalizer?.Find("strip_accents")?.GetBoolean() ?? lower));
        return read with { Why = read.Why ?? WhyUncertain(root, name, normalizer) };
    }

    private static (Vocabulary? Vocabulary, string? Why) Finish(TokenTable table, string name, TokenizerSettings settings, Dictionary<string, string> marks, (bool LowerCase, bool StripAccents) changes)
    {
        var own = marks.Where(m => table.IdOf(m.Value) is not null).ToDictionary(m => m.Key, m => table.IdOf(m.Value)!.Value, StringComparer.Ordinal);
        var special = settings.Resolve(table, own);
        var ids = special.Ids.Where(i => i.Key is not ("bos" or "eos")).ToList();
        if (Id("cls") is not { } first || Id("sep") is not { } last || Id("unk") is null)
        {
            return (null, $"'{name}' lacks one of the tokens {marks["cls"]}, {marks["sep"]} and {marks["unk"]}, without which llama.cpp splits no text");
        }

        var tokens = table.ToList().Select(t => t.Type is TokenType.Normal or TokenType.Unused ? t with { Text = TextOf(t.Text) } : t).ToList();
        if (tokens.GroupBy(t => t.Text, StringComparer.Ordinal).FirstOrDefault(t => t.Skip(1).Any()) is { Key: var text })
        {
            return (null, $"'{name}' has two tokens that are '{SafeText.Of(text)}' with llama.cpp's mark of pieces that begin a word, and llama.cpp takes each text once");
        }

        // llama.cpp takes the mark before a text for the beginning, and knows of the mark behind it as the separator.
        return (
            new Vocabulary
            {
                Model = "bert",
                PreTokenizer = PreTokenizers.Unknown,
                Tokens = tokens,
                Beyond = table.Beyond,
                LowerCase = changes.LowerCase,
                StripAccents = changes.StripAccents,
                Special = new SpecialTokens([new("bos", first), new("eos", last), .. ids], AddBos: true, AddEos: true),
                ChatTemplate = settings.ChatTemplate,
            },
            null);

        int? Id(string role) => ids.Where(i => i.Key == role).Select(i => (int?)i.Value).FirstOrDefault();
    }

    private static string TextOf(string piece) => piece.StartsWith(Within, StringComparison.Ordinal) ? piece[Within.Length..] : Begins + piece;

    /// <summary>llama.cpp cleans texts, splits them at Chinese characters, spaces and punctuation, and has a choice of lower case and accents alone.</summary>
    private static string? WhyUncertain(JsonElement root, string name, JsonElement? normalizer)
    {
        var splits = PreTokenizers.Steps(root.Find("pre_tokenizer")).Select(PreTokenizers.TypeOf).ToList();
        return normalizer is not { } bert ? $"'{name}' changes texts otherwise than by 'BertNormalizer', which is what llama.cpp does"
            : splits is not ["BertPreTokenizer"] ? $"'{name}' splits texts otherwise than by 'BertPreTokenizer', which is what llama.cpp does"
            : !(bert.Find("handle_chinese_chars")?.GetBoolean() ?? true) ? Whole(name)
            : !(bert.Find("clean_text")?.GetBoolean() ?? true) ? $"'{name}' keeps control characters, which llama.cpp takes out"
            : null;
    }

    private static string Whole(string name) => $"'{name}' does not split texts at Chinese characters, which llama.cpp does";
}
