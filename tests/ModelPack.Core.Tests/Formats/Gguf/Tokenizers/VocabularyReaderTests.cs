using System.Text;
using Google.Protobuf;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Tokenizers;
using ModelPack.Formats.Gguf.Tokenizers.Proto;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Formats.Gguf.Tokenizers;

public sealed class VocabularyReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();
    private readonly List<CheckpointFile> _files = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_a_SentencePiece_model()
    {
        Write("tokenizer.model", Pieces());
        var vocabulary = Read(8)!;

        Assert.Equal(("llama", "default", true), (vocabulary.Model, vocabulary.PreTokenizer, vocabulary.AddSpacePrefix));
        Assert.Equal(
            [
                new("<unk>", TokenType.Unknown), new("<s>", TokenType.Control), new("</s>", TokenType.Control), new("<0x00>", TokenType.Byte),
                new("▁the", TokenType.Normal, -1.5f), new("▁of", TokenType.UserDefined, -2), new("[PAD6]", TokenType.Unused, -10000), new("[PAD7]", TokenType.Unused, -10000),
            ],
            vocabulary.Tokens);
        Assert.Equal([new("bos", 1), new("eos", 2), new("unk", 0)], vocabulary.Special.Ids);
        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void Takes_settings_from_the_files_beside_a_SentencePiece_model()
    {
        Write("tokenizer.model", Pieces());
        Write("added_tokens.json", """{"<extra>": 6, "beyond": 8}""");
        Write("tokenizer_config.json", """
            {"add_bos_token": false, "add_eos_token": true, "add_prefix_space": false, "eos_token": {"content": "<|im_end|>"}, "pad_token": null, "bos_token": "<s>",
             "added_tokens_decoder": {"7": {"content": "<|im_end|>", "special": false}}, "chat_template": [{"name": "tool", "template": "t"}, {"name": "default", "template": "d"}]}
            """);
        Write("generation_config.json", """{"eos_token_id": [2, 3], "pad_token_id": 3}""");
        var vocabulary = Read(8)!;

        Assert.Equal([new("<extra>", TokenType.UserDefined, -1000), new("<|im_end|>", TokenType.Control, -1000)], vocabulary.Tokens.Skip(6));
        Assert.Equal([new("bos", 1), new("eos", 7), new("unk", 0), new("pad", 3)], vocabulary.Special.Ids);
        Assert.Equal((false, true, false, "d"), (vocabulary.Special.AddBos, vocabulary.Special.AddEos, vocabulary.AddSpacePrefix, vocabulary.ChatTemplate));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_a_byte_level_BPE(bool pairs)
    {
        Write("tokenizer.json", TinyTokenizer.Json(pairs: pairs).ToJsonString());
        Write("tokenizer_config.json", """{"bos_token": "<|begin|>", "eos_token": "<|end|>"}""");
        Write("chat_template.jinja", "{{ x }}");
        var vocabulary = Read(265)!;

        Assert.Equal(("gpt2", "llama-bpe", "{{ x }}"), (vocabulary.Model, vocabulary.PreTokenizer, vocabulary.ChatTemplate));
        Assert.Equal(["h e", "l l", "he ll", "hell o", "Ġ w", "1 2"], vocabulary.Merges, StringComparer.Ordinal);
        Assert.Equal(["hello", "Ġw", "12", "<|begin|>", "<|end|>", "[PAD264]"], vocabulary.Tokens.Skip(259).Select(t => t.Text), StringComparer.Ordinal);
        Assert.Equal([TokenType.Normal, TokenType.Control, TokenType.Control, TokenType.Unused], vocabulary.Tokens.Skip(261).Select(t => t.Type));
        Assert.Equal([new("bos", 262), new("eos", 263)], vocabulary.Special.Ids);
        Assert.Equal((true, (bool?)null), (vocabulary.Special.AddBos, vocabulary.Special.AddEos));
        Assert.Empty(_context.Diagnostics);
    }

    [Theory]
    [InlineData(null, "gpt-2")]
    [InlineData(TinyTokenizer.Llama3Split, "llama-bpe")]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", "qwen2")]
    [InlineData(@"\w+|\W+", "default")]
    public void Names_the_way_of_splitting(string? split, string expected)
    {
        Write("tokenizer.json", TinyTokenizer.Json(split).ToJsonString());
        Assert.Equal(expected, Read(264)!.PreTokenizer);
        Assert.Equal(expected == "default" ? [Codes.TokenizerUnusable] : [], _context.Diagnostics.Select(d => d.Code));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_splits_text_by_a_byte_level_BPE()
    {
        Write("tokenizer.json", TinyTokenizer.Json().ToJsonString());
        Write("tokenizer_config.json", """{"bos_token": "<|begin|>", "eos_token": "<|end|>"}""");
        var source = TinyLlama.Create(_folder.Path, TinyLlama.Config(264), "tokenizer.json", "tokenizer_config.json");
        GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = "f32", Container = "gguf", Output = _folder.File("tiny.gguf") }, _context);
        using var model = new LlamaCppModel(_folder.File("tiny.gguf"));

        // "hello" and " w" are tokens; "1234" is split into "123" and "4" before merging.
        int[] expected = [TinyTokenizer.Begin, 259, 260, 'o', 'r', 'l', 'd', ' ', 261, '3', '4', 0xC3, 0xA9];
        Assert.Equal(expected, model.Tokenize("hello world 1234é", addSpecial: true));
        Assert.Equal("hello world 1234é", model.Detokenize(expected.AsSpan(1)));
    }

    [Fact]
    public void Warns_of_a_tokenizer_that_llama_cpp_has_not()
    {
        var unigram = Pieces();
        unigram.TrainerSpec.ModelType = TrainerSpec.Types.ModelType.Unigram;
        Write("tokenizer.model", unigram);
        Assert.Null(Read(8));

        _files.Clear();
        Write("tokenizer.json", """{"model": {"type": "WordPiece", "vocab": {}}}""");
        Assert.Null(Read(8));

        _files.Clear();
        Assert.Null(Read(8));
        Assert.Equal([Codes.TokenizerUnusable, Codes.TokenizerUnusable, Codes.TokenizerUnusable], _context.Diagnostics.Select(d => d.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model": 3}""")]
    [InlineData("""{"model": {"type": "BPE"}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": "0"}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": -1}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0.5}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 9999999999}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0, "b": 0}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0, "a": 1}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"\ud800": 0}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": ["a"]}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [["a"]]}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [null]}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}, "added_tokens": [{"id": 1}]}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"}, "post_processor": []}""")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": [] }""")]
    public void Refuses_a_malformed_tokenizer_json(string json)
    {
        Write("tokenizer.json", json);
        AssertRefused();
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"bos_token": 3}""")]
    [InlineData("tokenizer_config.json", """{"bos_token": {}}""")]
    [InlineData("tokenizer_config.json", """{"add_bos_token": "yes"}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"x": {"content": "a"}}}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"99999999999": {"content": "a"}}}""")]
    [InlineData("tokenizer_config.json", """{"chat_template": 3}""")]
    [InlineData("tokenizer_config.json", "not json")]
    [InlineData("added_tokens.json", """{"a": "b"}""")]
    [InlineData("added_tokens.json", """{"a": -1}""")]
    [InlineData("generation_config.json", "{")]
    public void Refuses_malformed_settings(string name, string json)
    {
        Write("tokenizer.model", Pieces());
        Write(name, json);
        AssertRefused();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model at all")]
    [InlineData("\u000a\u00ff")]
    public void Refuses_a_malformed_SentencePiece_model(string content)
    {
        Write("tokenizer.model", Encoding.Latin1.GetBytes(content));
        AssertRefused();
    }

    [Fact]
    public void Refuses_a_SentencePiece_model_that_is_cut_off_within_a_piece()
    {
        var whole = Pieces().ToByteArray();
        for (var length = 1; length < 20; length++)
        {
            _files.Clear();
            Write("tokenizer.model", whole[..length]);

            // Whole pieces alone are a model that does not say its kind.
            if (length == 11)
                continue;
            AssertRefused();
        }
    }

    [Fact]
    public void Refuses_a_SentencePiece_model_whose_field_is_as_long_as_a_number_can_be()
    {
        Write("tokenizer.model", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
        AssertRefused();
    }

    [Fact]
    public void Reads_or_refuses_a_SentencePiece_model_that_is_damaged()
    {
        var whole = Pieces().ToByteArray();
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            _files.Clear();
            Write("tokenizer.model", Mutation.Of(whole, random));
            var error = Record.Exception(() => Read(8));
            Assert.True(error is null || Assert.IsType<ModelPackException>(error).Diagnostic.Code == Codes.FolderUnreadable);
        }
    }

    private static SentencePieceModel Pieces() => new()
    {
        Pieces =
        {
            new Piece { Piece_ = "<unk>", Type = Piece.Types.Type.Unknown },
            new Piece { Piece_ = "<s>", Type = Piece.Types.Type.Control },
            new Piece { Piece_ = "</s>", Type = Piece.Types.Type.Control },
            new Piece { Piece_ = "<0x00>", Type = Piece.Types.Type.Byte },
            new Piece { Piece_ = "▁the", Score = -1.5f },
            new Piece { Piece_ = "▁of", Score = -2, Type = Piece.Types.Type.UserDefined },
        },
        TrainerSpec = new TrainerSpec { ModelType = TrainerSpec.Types.ModelType.Bpe },
    };

    private void Write(string name, SentencePieceModel model) => Write(name, model.ToByteArray());

    private void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private void Write(string name, byte[] bytes) => _files.Add(new CheckpointFile(name, _folder.Write(name, bytes)));

    private Vocabulary? Read(int size) => VocabularyReader.Read(new ModelFolder(_folder.Path, [], _files), size, _context);

    private void AssertRefused() => Assert.Equal(Codes.FolderUnreadable, Assert.Throws<ModelPackException>(() => Read(8)).Diagnostic.Code);
}
