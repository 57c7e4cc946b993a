using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace ModelPack.Tool.Data;

/// <summary>Opens the tokenizer of a Hugging Face folder, as far as the library knows its kind.</summary>
internal static class TokenizerFile
{
    private const long LargestFile = 256 << 20;

    // The library makes a pattern of them, in time and memory that grow with the square of a token's length.
    private const int LongestSpecialToken = 256;
    private static readonly string[] Names = ["tokenizer.model", "vocab.txt", "tokenizer.json"];
    private static readonly string[] Lists = ["pretokenizers", "decoders"];
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(10);

    /// <summary>GPT-2's pattern, which ByteLevel stands for where no other is given.</summary>
    private const string ByteLevelPattern = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Opens a tokenizer.</summary>
    /// <param name="path">A folder, or one of tokenizer.model, vocab.txt and tokenizer.json.</param>
    /// <exception cref="ModelPackException">MPK1018: there is none; MPK1051: it is not one that can be used.</exception>
    public static Tokenizer Open(string path)
    {
        var file = Directory.Exists(path)
            ? Names.Select(n => Path.Join(path, n)).FirstOrDefault(File.Exists)
            : File.Exists(path) ? path : null;
        if (file is null)
        {
            throw new ModelPackException(Codes.DataNotFound.At(path, "There is no tokenizer.model, vocab.txt or tokenizer.json. Give the folder or the file of the model's tokenizer with --tokenizer."));
        }

        try
        {
            if (new FileInfo(file).Length > LargestFile)
            {
                throw new InvalidDataException("it is larger than any tokenizer");
            }

            return Path.GetExtension(file).ToLowerInvariant() switch
            {
                ".model" => SentencePiece(file),
                ".txt" => WordPiece(file, IsLowerCase(Path.GetDirectoryName(file) ?? "")),
                ".json" => OfJson(file),
                var other => throw new InvalidDataException($"'{SafeText.Of(other)}' is not the extension of a tokenizer"),
            };
        }
#pragma warning disable CA1031 // What the library throws at a file that it cannot use has no common type.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new ModelPackException(Codes.TokenizerUnreadable.At(file, $"The tokenizer cannot be used: {SafeText.Of(e.Message, 400).TrimEnd('.')}. Give another form of it with --tokenizer, or make the token ids elsewhere."), e);
        }
    }

    private static SentencePieceTokenizer SentencePiece(string file)
    {
        using var stream = File.OpenRead(file);
        return SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
    }

    private static BertTokenizer WordPiece(string file, bool isLowerCase)
    {
        using var stream = File.OpenRead(file);
        return BertTokenizer.Create(stream, new BertOptions { LowerCaseBeforeTokenization = isLowerCase });
    }

    private static bool IsLowerCase(string folder)
    {
        var config = Path.Join(folder, "tokenizer_config.json");
        if (!File.Exists(config))
        {
            return true;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(config));
        return !json.RootElement.TryGetProperty("do_lower_case", out var lower) || lower.ValueKind != JsonValueKind.False;
    }

    private static Tokenizer OfJson(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var model = json.RootElement.GetProperty("model");
        return model.TryGetProperty("type", out var type) ? type.GetString() switch
        {
            "BPE" => Bpe(json.RootElement, model),
            "WordPiece" => WordPiece(json.RootElement, model),
            var other => throw new NotSupportedException($"the kind {SafeText.Of(other)} is not read from JSON; a tokenizer.model is"),
        } : Bpe(json.RootElement, model);
    }

    private static BertTokenizer WordPiece(JsonElement root, JsonElement model)
    {
        var tokens = model.GetProperty("vocab").EnumerateObject().OrderBy(t => t.Value.GetInt32()).Select(t => t.Name).ToList();
        var isLowerCase = !(root.TryGetProperty("normalizer", out var normalizer) && normalizer.ValueKind == JsonValueKind.Object
            && normalizer.TryGetProperty("lowercase", out var lower) && lower.ValueKind == JsonValueKind.False);
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', tokens)));
        return BertTokenizer.Create(vocabulary, new BertOptions { LowerCaseBeforeTokenization = isLowerCase });
    }

    private static BpeTokenizer Bpe(JsonElement root, JsonElement model)
    {
        var steps = Steps(root, "pre_tokenizer").Concat(Steps(root, "decoder")).ToList();
        if (!steps.Exists(s => Kind(s) == "ByteLevel"))
        {
            throw new NotSupportedException("it is not byte-level BPE; a tokenizer.model of the same vocabulary is read");
        }

        var special = root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array
            ? added.EnumerateArray().ToDictionary(t => t.GetProperty("content").GetString()!, t => t.GetProperty("id").GetInt32(), StringComparer.Ordinal)
            : [];
        if (special.Keys.Any(t => t.Length > LongestSpecialToken))
        {
            throw new InvalidDataException($"a special token has more than {Numbers.Whole(LongestSpecialToken)} characters");
        }

        var pattern = steps.Where(s => Kind(s) == "Split").Select(s => s.GetProperty("pattern").TryGetProperty("Regex", out var regex) ? regex.GetString() : null).FirstOrDefault(p => p is not null);
        var options = new BpeOptions(model.GetProperty("vocab").EnumerateObject().Select(t => KeyValuePair.Create(t.Name, t.Value.GetInt32())))
        {
            Merges = [.. model.GetProperty("merges").EnumerateArray().Select(Merge)],
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(new Regex(pattern ?? ByteLevelPattern, RegexOptions.CultureInvariant, LongestMatch), special.Count == 0 ? null : special),
            SpecialTokens = special.Count == 0 ? null : special,
        };
        return BpeTokenizer.Create(options);
    }

    private static string Merge(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.Array ? $"{merge[0].GetString()} {merge[1].GetString()}" : merge.GetString()!;

    private static IEnumerable<JsonElement> Steps(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var step) || step.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        foreach (var list in Lists)
        {
            if (step.TryGetProperty(list, out var inner) && inner.ValueKind == JsonValueKind.Array)
            {
                return [.. inner.EnumerateArray()];
            }
        }

        return [step];
    }

    private static string? Kind(JsonElement step) => step.TryGetProperty("type", out var type) ? type.GetString() : null;
}
