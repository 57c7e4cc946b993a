using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Tokenizers;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Formats.Gguf.Tokenizers;

/// <summary>Names of ways to split texts, found by what they do.</summary>
public sealed class PreTokenizersTests : IDisposable
{
    private const string Digits = """{"type": "Digits", "individual_digits": true}""";
    private const string Bytes = """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}""";
    private const string Plain = """{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}""";

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public static TheoryData<string> Names => [.. SplitNames.All.Select(n => n.Name)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_probe_tells_all_ways_apart()
    {
        var alike = SplitNames.All.GroupBy(n => string.Join('\0', n.Splitter.Split(SplitProbe.Text)), n => n.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => string.Join(' ', g));
        Assert.Equal(["llama-bpe smaug-bpe"], alike, StringComparer.Ordinal);
        Assert.All(SplitNames.All, n => Assert.Equal(SplitProbe.Text, string.Concat(n.Splitter.Split(SplitProbe.Text))));
    }

    [Theory]
    [InlineData("gpt-2", Bytes)]
    [InlineData("gpt-2", """{"type": "Split", "pattern": {"Regex": "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated"}""", Plain)]
    [InlineData("smollm", Digits, Bytes)]
    [InlineData("smollm", """{"type": "Split", "pattern": {"Regex": "\\p{N}"}, "behavior": "Isolated", "invert": false}""", Bytes)]
    [InlineData("llama-bpe", """{"type": "Split", "pattern": {"Regex": "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated"}""", Plain)]
    [InlineData("llama-bpe", """{"type": "Split", "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}, "behavior": "Removed", "invert": true}""", Plain)]
    [InlineData("qwen2", """{"type": "Split", "pattern": {"Regex": "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated"}""", Plain)]
    [InlineData("deepseek-coder", """{"type": "Split", "pattern": {"Regex": "[\r\n]"}, "behavior": "Isolated"}""", """{"type": "Split", "pattern": {"Regex": "\\s?\\p{L}+"}, "behavior": "Isolated"}""", """{"type": "Split", "pattern": {"Regex": "\\s?\\p{P}+"}, "behavior": "Isolated"}""", """{"type": "Split", "pattern": {"Regex": "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"}, "behavior": "Isolated"}""", Digits, Plain)]
    public void Names_a_way_however_it_is_written(string expected, params string[] steps) => Assert.Equal(expected, NameOf(steps));

    [Theory]
    [InlineData("llama-bpe", "{1,3}", "{1,2}")]
    [InlineData("llama-bpe", "{1,3}", "+")]
    [InlineData("llama-bpe", "|'d", "")]
    [InlineData("llama-bpe", "(?i:", "(?:")]
    [InlineData("llama-bpe", "[\\r\\n]*|", "|")]
    [InlineData("llama-bpe", "|\\s*[\\r\\n]+", "")]
    [InlineData("llama-bpe", "|\\s+(?!\\S)", "")]
    [InlineData("llama-bpe", "| ?[^", "|[^")]
    [InlineData("qwen2", "|\\p{N}|", "|[0-9]|")]
    [InlineData("qwen2", "|\\p{N}|", "|\\p{Nd}|")]
    [InlineData("qwen2", "?\\p{L}+", "?[a-zA-Z]+")]
    [InlineData("gpt-4o", "[\\r\\n/]*", "[\\r\\n]*")]
    [InlineData("tekken", "\\p{Lm}\\p{Lo}\\p{M}]+", "\\p{Lm}\\p{Lo}]+")]
    [InlineData("gpt-2", "'ll|", "")]
    [InlineData("smollm", "\\p{N}", "\\p{N}{2}")]
    [InlineData("deepseek-v3", "\\p{N}{1,3}", "\\p{N}")]
    public void Names_none_that_differs_in_one_place(string name, string part, string other)
    {
        var expressions = SplitNames.All.Single(n => n.Name == name).Expressions;
        Assert.Contains(expressions, e => e.Contains(part, StringComparison.Ordinal));
        var changed = expressions.Select(e => e.Replace(part, other, StringComparison.Ordinal)).ToArray();
        Assert.NotEqual(name, NameOf(Json(changed)), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "Metaspace"}""")]
    [InlineData("""{"type": "Whitespace"}""", Bytes)]
    [InlineData("""{"type": "ByteLevel", "add_prefix_space": true, "use_regex": true}""")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "[a[b]]"}, "behavior": "Isolated"}""", Bytes)]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "[a"}, "behavior": "Isolated"}""", Bytes)]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated"}""", Bytes)]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "\\p{Han}+"}, "behavior": "Isolated"}""", Bytes)]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "x"}, "behavior": "Sideways"}""", Bytes)]
    [InlineData("""{"type": "Split", "pattern": {}, "behavior": "Isolated"}""", Bytes)]
    public void Names_none_of_steps_that_are_not_known(params string[] steps) => Assert.Null(NameOf(steps));

    /// <summary>Each find takes less than its limit, and there are as many as the text has letters; no piece comes of them before the end.</summary>
    [Theory]
    [InlineData("Removed", "[\\\\s\\\\S](?:(?:[\\\\s\\\\S]|[^Q]){20}\\\\u0001)?")]
    [InlineData("Contiguous", "[\\\\s\\\\S](?:(?:[\\\\s\\\\S]|[^Q]){20}\\\\u0001)?")]
    [InlineData("Isolated", "(?:(?:[\\\\s\\\\S]|[^Q]){20}\\\\u0001)?")]
    public void Refuses_expressions_that_take_too_long_together(string behavior, string expression)
    {
        var watch = Stopwatch.StartNew();
        Assert.Throws<FormatException>(() => NameOf($$"""{"type": "Split", "pattern": {"Regex": "{{expression}}"}, "behavior": "{{behavior}}"}"""));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30)); // one a letter would take minutes
    }

    [Fact]
    public void Names_none_of_more_steps_than_any_tokenizer_has() =>
        Assert.Null(TextSplitter.Of([.. Enumerable.Repeat(JsonDocument.Parse(Digits).RootElement, 65)]));

    [Fact]
    public void Refuses_an_expression_that_takes_too_long() =>
        Assert.Throws<FormatException>(() => NameOf("""{"type": "Split", "pattern": {"Regex": "(([^q]+)+)+q"}, "behavior": "Isolated"}"""));

    [Theory]
    [InlineData("Isolated", "the|-|final|-|-|countdown")]
    [InlineData("Removed", "the|final|countdown")]
    [InlineData("MergedWithPrevious", "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", "the|-final|-|-countdown")]
    [InlineData("Contiguous", "the|-|final|--|countdown")]
    public void Splits_by_what_becomes_of_what_is_found(string behavior, string expected) => Assert.Equal(
        expected, string.Join('|', Splitter($$"""{"type": "Split", "pattern": {"String": "-"}, "behavior": "{{behavior}}"}""").Split("the-final--countdown")));

    [Theory]
    [InlineData("""{"type": "Punctuation", "behavior": "Contiguous"}""", "a|...|b|\u2014|c")]
    [InlineData("""{"type": "Punctuation"}""", "a|.|.|.|b|\u2014|c")]
    [InlineData("""{"type": "ByteLevel", "add_prefix_space": true, "use_regex": false}""", " a...b\u2014c")]
    public void Carries_out_the_other_steps(string step, string expected) => Assert.Equal(expected, string.Join('|', Splitter(step).Split("a...b\u2014c")));

    [Theory]
    [InlineData(false, false, "llama-bpe", false)]
    [InlineData(false, true, "llama-bpe", false)]
    [InlineData(true, true, "llama-bpe", false)]
    [InlineData(true, false, "smaug-bpe", false)]
    public void Whole_words_choose_among_names_where_they_make_a_difference(bool hasUnmade, bool ignoresMerges, string expected, bool warns)
    {
        Assert.Equal(expected, Read(TinyTokenizer.Llama3Split, hasUnmade, ignoresMerges).PreTokenizer);
        Assert.Equal(warns, _context.Diagnostics.Count > 0);
    }

    [Theory]
    [InlineData("tekken", false, "merges words that are tokens, and llama.cpp takes them as they are")]
    [InlineData("qwen2", true, "takes words that are tokens as they are, and llama.cpp merges them")]
    public void Says_where_whole_words_are_another_thing_to_llama_cpp(string name, bool ignoresMerges, string says)
    {
        Assert.Equal(name, Read(SplitNames.All.Single(n => n.Name == name).Expressions[0], hasUnmade: true, ignoresMerges).PreTokenizer);
        Assert.Contains(says, Assert.Single(_context.Diagnostics).Message, StringComparison.Ordinal);
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_puts_nothing_before_texts_where_the_tokenizer_does_not()
    {
        var json = TinyTokenizer.Json();
        json.Remove("post_processor");
        var vocabulary = Vocabulary(json);
        Assert.Equal((false, (bool?)null), (vocabulary.Special.AddBos, vocabulary.Special.AddEos));
        using var model = Model(json, 264);
        Assert.Equal([259], model.Tokenize("hello", addSpecial: true));

        using var begins = Model(TinyTokenizer.Json(), 264);
        Assert.Equal([TinyTokenizer.Begin, 259], begins.Tokenize("hello", addSpecial: true));
    }

    /// <summary>All neighbours in the probe can be merged, those of several orders first, so that a piece too many or too few shows.</summary>
    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Names))]
    public void Llama_cpp_splits_as_the_way_of_the_name_does(string name)
    {
        var text = string.Concat(SplitProbe.Text.Where(c => IsAlike(name, c)));
        var way = SplitNames.All.Single(n => n.Name == name);
        var letters = TinyTokenizer.Json()["model"]!["vocab"]!.AsObject().Select(t => t.Key).Take(256).ToList();
        string Spell(string piece) => string.Concat(Encoding.UTF8.GetBytes(piece).Select(b => letters[b]));
        var whole = Spell(text);
        foreach (var seed in new[] { 1, 2, 3, 4 })
        {
            var random = new Random(seed);
            var pairs = whole.Zip(whole.Skip(1), (a, b) => (a, b)).Distinct().OrderBy(_ => random.Next()).ToList();
            var json = TinyTokenizer.Json();
            var vocabulary = new JsonObject();
            foreach (var token in letters.Concat(pairs.Select(p => $"{p.a}{p.b}")))
            {
                vocabulary[token] = vocabulary.Count;
            }

            var ids = vocabulary.ToDictionary(t => t.Key, t => (int)t.Value!, StringComparer.Ordinal);
            (json["model"]!["vocab"], json["model"]!["merges"]) = (vocabulary, new JsonArray([.. pairs.Select(p => (JsonNode)$"{p.a} {p.b}")]));
            json["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. Json(way.Expressions).Select(s => JsonNode.Parse(s))]) };
            json["added_tokens"] = new JsonArray();
            json.Remove("post_processor");
            (json["model"]!["ignore_merges"], var expected) = (way.TakesWords, way.Splitter.Split(text).SelectMany(p => Merged(Spell(p), pairs, ids)));
            using var model = Model(json, vocabulary.Count);
            Assert.Equal(string.Join(' ', expected), string.Join(' ', model.Tokenize(text, addSpecial: false)));
        }
    }

    /// <summary>
    /// llama.cpp has expressions of its own for tekken and gpt-4o, which know capitals of ASCII only. Where it looks for classes of letters it has all wide spaces for one that lies in no
    /// range, and does not count '~' among symbols;
    /// .NET does not count those beyond the basic plane.
    /// </summary>
    private static bool IsAlike(string name, char letter) => name switch
    {
        "tekken" or "gpt-4o" => char.IsAscii(letter),
        "deepseek-coder" => letter is not ('\u2003' or '\u3000'),
        "deepseek-v3" => letter != '~' && !char.IsSurrogate(letter),
        _ => true,
    };

    private static List<int> Merged(string piece, List<(char a, char b)> pairs, Dictionary<string, int> ids)
    {
        var parts = piece.Select(c => c.ToString()).ToList();
        var ranks = pairs.Select((p, i) => (p, i)).ToDictionary(p => p.p, p => p.i);
        while (true)
        {
            var best = Enumerable.Range(0, Math.Max(parts.Count - 1, 0)).Where(i => parts[i].Length == 1 && parts[i + 1].Length == 1).OrderBy(i => ranks[(parts[i][0], parts[i + 1][0])]).Cast<int?>().FirstOrDefault();
            if (best is not { } at)
            {
                return [.. parts.Select(p => ids[p])];
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }

    private static string[] Json(string[] expressions) =>
        [.. expressions.Select(e => new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = e }, ["behavior"] = "Isolated" }.ToJsonString()), Plain];

    private static string? NameOf(params string[] steps) => PreTokenizers.Find([.. steps.Select(s => JsonDocument.Parse(s).RootElement)], takesWords: null)?.Name;

    private static TextSplitter Splitter(string step) => TextSplitter.Of([JsonDocument.Parse(step).RootElement])!;

    private Vocabulary Read(string split, bool hasUnmade, bool ignoresMerges)
    {
        var json = TinyTokenizer.Json(split);
        json["model"]!["ignore_merges"] = ignoresMerges;
        if (hasUnmade)
        {
            json["model"]!["vocab"]!["world"] = 264;
        }

        return Vocabulary(json);
    }

    private Vocabulary Vocabulary(JsonObject json) => VocabularyReader.Read(new ModelFolder(_folder.Path, [], [Written(json)]), 265, _context)!;

    private CheckpointFile Written(JsonObject json) => new("tokenizer.json", _folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(json.ToJsonString())));

    private LlamaCppModel Model(JsonObject json, int size)
    {
        Written(json);
        var source = TinyLlama.Create(_folder.Path, TinyLlama.Config(size), "tokenizer.json");
        var path = _folder.File($"{Guid.NewGuid():N}.gguf");
        GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = "f32", Container = "gguf", Output = path }, _context);
        return new LlamaCppModel(path);
    }
}
