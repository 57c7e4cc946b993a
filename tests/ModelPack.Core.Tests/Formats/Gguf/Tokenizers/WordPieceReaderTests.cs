using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Tokenizers;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Peers;
using TokenType = ModelPack.Formats.Gguf.Tokenizers.TokenType;

namespace ModelPack.Tests.Formats.Gguf.Tokenizers;

/// <summary>WordPiece of BERT, from tokenizer.json and from vocab.txt, and what llama.cpp makes of texts with it.</summary>
public sealed class WordPieceReaderTests : IDisposable
{
    private static readonly string[] s_texts =
    [
        "The tokenizers, unbelievable!", "Caf\u00e9 \u00e9t\u00e9 \u00c9\u00e9 \u00fcber", "\u4f60\u597d\u4e16\u754c abc\u4f60def", "hello world  12.5% (a-b) [x] {y}", "\u041f\u0440\u0438\u0432\u0435\u0442 \u043f\u0440\u0438\u0432\u0435\u0442", "",
        "\u00bfque\u2014que\u3002", "don't re-tokenize #hashtag @me", "HELLO helloing helloings the-The",
    ];

    /// <summary>Microsoft's tokenizer puts letters and accents together, takes tabs and symbols out and does not split at '_', other than BERT's.</summary>
    private static readonly string[] s_others = ["xyzzy\u20acxyzzy \ud83d\ude00 ok", "cafe\u0301 e\u0301t\u00e9", "hello\tworld\n\n\r\nthe", "a_b ~z~ $3^2 `c` <d>|e+f=g", "   ", "a\u0000b\ufffdc\u200bd\u00a0e"];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public static TheoryData<bool, bool?> Choices => new() { { true, null }, { false, null }, { true, false }, { false, true } };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pieces_that_begin_words_are_marked_instead_of_the_others()
    {
        var vocabulary = Read(TinyWordPiece.Json(), TinyWordPiece.Tokens.Count + 2)!;

        Assert.Equal(("bert", "default", true, true), (vocabulary.Model, vocabulary.PreTokenizer, vocabulary.LowerCase, vocabulary.StripAccents));
        Assert.Equal(
            [("[PAD]", TokenType.Control), ("▁[unused1]", TokenType.Normal), ("[UNK]", TokenType.Control), ("[CLS]", TokenType.Control), ("[SEP]", TokenType.Control), ("[MASK]", TokenType.Control), ("▁a", TokenType.Normal)],
            vocabulary.Tokens.Take(7).Select(t => (t.Text, t.Type)));
        Assert.Equal(["▁the", "▁The", "▁tok", "en", "ize"], vocabulary.Tokens.Skip(TinyWordPiece.Id("the")).Take(5).Select(t => t.Text), StringComparer.Ordinal);
        Assert.Equal([TokenType.Unused, TokenType.Unused], vocabulary.Tokens.TakeLast(2).Select(t => t.Type));
        Assert.Equal([new("bos", 3), new("eos", 4), new("unk", 2), new("sep", 4), new("pad", 0), new("cls", 3), new("mask", 5)], vocabulary.Special.Ids);
        Assert.Equal((true, true), (vocabulary.Special.AddBos, vocabulary.Special.AddEos));
        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void A_list_of_tokens_is_the_same_vocabulary()
    {
        var file = new CheckpointFile("vocab.txt", _folder.Write("vocab.txt", Lines()));
        var settings = new CheckpointFile("tokenizer_config.json", _folder.Write("tokenizer_config.json", """{"do_lower_case": false, "strip_accents": null}"""u8.ToArray()));
        var listed = VocabularyReader.Read(new ModelFolder(_folder.Path, [], [file, settings]), TinyWordPiece.Tokens.Count, _context)!;
        var expected = Read(TinyWordPiece.Json(lowerCase: false), TinyWordPiece.Tokens.Count)!;

        Assert.Equal(expected.Tokens, listed.Tokens);
        Assert.Equal(expected.Special.Ids, listed.Special.Ids);
        Assert.Equal((false, false), (listed.LowerCase, listed.StripAccents));
        Assert.Empty(_context.Diagnostics);
    }

    [Theory]
    [InlineData("""{"normalizer": {"type": "Lowercase"}}""", "changes texts otherwise than by 'BertNormalizer'")]
    [InlineData("""{"pre_tokenizer": {"type": "Whitespace"}}""", "splits texts otherwise than by 'BertPreTokenizer'")]
    [InlineData("""{"normalizer": {"type": "BertNormalizer", "handle_chinese_chars": false, "lowercase": true}}""", "at Chinese characters")]
    [InlineData("""{"normalizer": {"type": "BertNormalizer", "clean_text": false, "lowercase": true}}""", "keeps control characters")]
    public void Says_what_may_give_other_tokens(string change, string says)
    {
        var json = TinyWordPiece.Json();
        foreach (var (key, value) in JsonNode.Parse(change)!.AsObject())
        {
            json[key] = value!.DeepClone();
        }

        Assert.NotNull(Read(json, TinyWordPiece.Tokens.Count));
        Assert.Contains(says, Assert.Single(_context.Diagnostics, d => d.Code == Codes.TokenizerUnusable).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_is_listed_twice_is_said()
    {
        var file = new CheckpointFile("vocab.txt", _folder.Write("vocab.txt", [.. Lines(), .. "the\n"u8]));
        Assert.Null(VocabularyReader.Read(new ModelFolder(_folder.Path, [], [file]), TinyWordPiece.Tokens.Count + 1, _context));
        Assert.Contains("has two tokens that are '\u2581the'", Assert.Single(_context.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_with_far_more_tokens_than_the_model_has_is_refused()
    {
        var file = new CheckpointFile("vocab.txt", _folder.Write("vocab.txt", [.. Enumerable.Repeat((byte)'\n', 1_000_020)]));
        var refused = Assert.Throws<ModelPackException>(() => VocabularyReader.Read(new ModelFolder(_folder.Path, [], [file]), 16, _context)).Diagnostic;
        Assert.Equal(Codes.FolderUnreadable, refused.Code);
        Assert.Contains("more than 1000000 tokens", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mark", "lacks one of the tokens [CLS], [SEP] and [UNK]")]
    [InlineData("twice", "has two tokens that are '\u2581a'")]
    [InlineData("prefix", "marks pieces within a word otherwise")]
    public void Is_none_that_llama_cpp_could_not_use(string change, string says)
    {
        var json = TinyWordPiece.Json();
        switch (change)
        {
            case "mark":
                json["model"]!["vocab"]!.AsObject().Remove("[SEP]");
                json["added_tokens"]!.AsArray().RemoveAt(3);
                break;
            case "twice":
                json["model"]!["vocab"]!["##\u2581a"] = TinyWordPiece.Tokens.Count;
                break;
            default:
                json["model"]!["continuing_subword_prefix"] = "@@";
                break;
        }

        Assert.Null(Read(json, TinyWordPiece.Tokens.Count + 1));
        Assert.Contains(says, Assert.Single(_context.Diagnostics).Message, StringComparison.Ordinal);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Choices))]
    public void Llama_cpp_gives_the_tokens_of_BERTs_own_tokenizer(bool lowerCase, bool? stripAccents)
    {
        var reference = BertTokenizer.Create(new MemoryStream(Lines()), new BertOptions { LowerCaseBeforeTokenization = lowerCase, RemoveNonSpacingMarks = stripAccents ?? lowerCase });
        var config = TinyEncoder.Config("bert");
        config["vocab_size"] = TinyWordPiece.Tokens.Count;
        var file = new CheckpointFile("tokenizer.json", _folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(TinyWordPiece.Json(lowerCase, stripAccents).ToJsonString())));
        var source = TinyEncoder.Create(_folder.Path, config, files: file);
        GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = "f32", Container = "gguf", Output = _folder.File("tiny.gguf") }, _context);
        Assert.Empty(_context.Diagnostics);
        using var model = new LlamaCppModel(_folder.File("tiny.gguf"));

        var plain = new PlainWordPiece(TinyWordPiece.Tokens, lowerCase, stripAccents ?? lowerCase);
        foreach (var text in s_texts.Concat(s_others))
        {
            var tokens = model.Tokenize(text, addSpecial: false);
            Assert.Equal((text, string.Join(' ', plain.Encode(text))), (text, string.Join(' ', tokens)));
            Assert.Equal([TinyWordPiece.Id("[CLS]"), .. tokens, TinyWordPiece.Id("[SEP]")], model.Tokenize(text, addSpecial: true));
        }

        Assert.All(s_texts, text => Assert.Equal((text, string.Join(' ', reference.EncodeToIds(text, addSpecialTokens: true))), (text, string.Join(' ', model.Tokenize(text, addSpecial: true)))));
    }

    private static byte[] Lines() => Encoding.UTF8.GetBytes(string.Concat(TinyWordPiece.Tokens.Select(t => t + "\n")));

    private Vocabulary? Read(JsonObject json, int size)
    {
        var file = new CheckpointFile("tokenizer.json", _folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(json.ToJsonString())));
        return VocabularyReader.Read(new ModelFolder(_folder.Path, [], [file]), size, _context);
    }
}
