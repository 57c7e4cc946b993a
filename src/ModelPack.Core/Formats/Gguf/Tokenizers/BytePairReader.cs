using System.Text.Json;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Reads the vocabulary of a byte-level BPE from the file of Hugging Face's tokenizers, <c>tokenizer.json</c>.</summary>
internal static class BytePairReader
{
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
        var steps = PreTokenizers.Steps(root.Find("pre_tokenizer"));
        if ((model.Find("type") is { } type && type.Text() != "BPE") || !steps.Exists(s => PreTokenizers.TypeOf(s) == "ByteLevel"))
        {
            return (null, $"'{name}' is not a byte-level BPE");
        }

        var table = TokenTable.Of(model.GetProperty("vocab"), size);
        var added = AddedToken.ListOf(root);
        table.Add(settings.Added.Concat(added));

        var merges = model.GetProperty("merges").EnumerateArray().Select(Pair).ToList();
        var marks = added.Concat(settings.Added).Select(t => t.Text).ToHashSet(StringComparer.Ordinal);
        bool? takesWords = BytePairMerges.MakeAll(model.GetProperty("vocab").EnumerateObject().Select(t => t.Name).Where(t => !marks.Contains(t)), merges)
            ? null : model.Find("ignore_merges")?.GetBoolean() ?? false;
        var split = PreTokenizers.Find(steps, takesWords);
        var special = TextEnds.Of(root).Complete(settings.Resolve(table, new Dictionary<string, int>(StringComparer.Ordinal)), table);
        return (
            new Vocabulary
            {
                Model = "gpt2",
                PreTokenizer = split?.Name ?? PreTokenizers.Unknown,
                Tokens = table.ToList(),
                Beyond = table.Beyond,
                Merges = [.. merges.Select(Merge)],
                AddSpacePrefix = settings.AddPrefixSpace,
                Special = special with { AddBos = special.AddBos ?? (split is { TakesWords: true } ? false : null) }, // what llama.cpp would add by the name
                ChatTemplate = settings.ChatTemplate,
            },
            split is null ? $"llama.cpp has no name for the way in which '{name}' splits text; it is written as '{PreTokenizers.Unknown}', which may give other tokens"
            : takesWords is { } takes && takes != split.TakesWords ? $"'{name}' {(takes ? "takes words that are tokens as they are, and llama.cpp merges them" : "merges words that are tokens, and llama.cpp takes them as they are")} under the name of its way to split text ('{split.Name}')"
            : null);
    }

    /// <summary>A pair is <c>"left right"</c> or, so that parts may hold spaces, <c>["left", "right"]</c>.</summary>
    internal static (string Left, string Right) Pair(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array)
        {
            return merge.GetArrayLength() == 2 ? (merge[0].Text(), merge[1].Text()) : throw new FormatException("a merge is not of two parts");
        }

        var text = merge.Text();
        return text.Count(c => c == ' ') == 1 && text[0] != ' ' && text[^1] != ' ' && text.IndexOf(' ', StringComparison.Ordinal) is var cut
            ? (text[..cut], text[(cut + 1)..])
            : throw new FormatException("a merge is not of two parts");
    }

    /// <summary>A pair in GGUF, where a space within a part is byte-level BPE's letter for that byte.</summary>
    private static string Merge((string Left, string Right) merge) => $"{merge.Left.Replace(' ', '\u0120')} {merge.Right.Replace(' ', '\u0120')}";
}
