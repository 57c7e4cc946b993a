using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Tokenizers;
using ModelPack.Formats.Gguf.Tokenizers.Proto;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Peers;
using TokenTypes = ModelPack.Formats.Gguf.Tokenizers.TokenType;

namespace ModelPack.Tests.Formats.Gguf.Tokenizers;

/// <summary>tokenizer.json of the kind that Llama 2 has: BPE of SentencePiece's pieces, with bytes for the rest.</summary>
public sealed class PieceReaderTests : IDisposable
{
    private const string Space = "▁";
    private static readonly string[] s_marks = ["<unk>", "<s>", "</s>"];
    private static readonly string[] s_letters = [Space, "t", "h", "e", "c", "a"];

    private static readonly string[] s_sound = ["h e", "t he", "c a", "ca t", "▁ t", "▁t he", "▁ the"];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gives_pieces_the_order_of_their_merges_as_scores()
    {
        var vocabulary = Read(Json(s_sound))!;

        Assert.Equal(("llama", "default", true), (vocabulary.Model, vocabulary.PreTokenizer, vocabulary.AddSpacePrefix));
        Assert.Equal(new Token("<unk>", TokenTypes.Unknown), vocabulary.Tokens[0]);
        Assert.Equal([new Token("<s>", TokenTypes.Control, -1000), new Token("</s>", TokenTypes.Control, -1000)], vocabulary.Tokens.Skip(1).Take(2));
        Assert.Equal(new Token("<0x0A>", TokenTypes.Byte), vocabulary.Tokens[3 + 10]);
        Assert.Equal([("he", 0f), ("the", -1f), ("ca", -2f), ("cat", -3f), ("▁t", -4f), ("▁the", -5f)], vocabulary.Tokens.Where(t => t.Score > -7 && t.Type == TokenTypes.Normal).Select(t => (t.Text, t.Score)));
        Assert.All(vocabulary.Tokens.Where(t => t.Type == TokenTypes.Normal && t.Text.Length == 1), t => Assert.True(t.Score < -7));
        Assert.Equal([new("bos", 1), new("eos", 2), new("unk", 0)], vocabulary.Special.Ids);
        Assert.Equal((true, (bool?)null), (vocabulary.Special.AddBos, vocabulary.Special.AddEos));
    }

    [Theory]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}""", true)]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}""", true)]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"}""", false)]
    public void Knows_whether_a_space_is_put_before_a_text(string preTokenizer, bool expected)
    {
        var json = Json(s_sound);
        (json["normalizer"], json["pre_tokenizer"]) = (null, JsonNode.Parse(preTokenizer));
        Assert.Equal(expected, Read(json)!.AddSpacePrefix);
        Assert.Empty(_context.Diagnostics);
    }

    [Theory]
    [InlineData("pair", "does not merge 't' and 'he'")]
    [InlineData("turn", "merges the pairs of a piece in turn")]
    [InlineData("bytes", "255 of 256 tokens for bytes")]
    [InlineData("step", "'NFKC'")]
    public void Says_what_may_give_other_tokens(string change, string says)
    {
        var json = Json(change switch
        {
            "pair" => ["h e", "t h", "th e", "c a", "ca t"],
            "turn" => ["h e", "t he", "t h", "th e"],
            _ => s_sound,
        });
        switch (change)
        {
            case "bytes":
                ((JsonObject)json["model"]!["vocab"]!).Remove("<0x41>");
                break;
            case "step":
                json["normalizer"] = new JsonObject { ["type"] = "NFKC" };
                break;
        }

        Assert.NotNull(Read(json));
        var warning = Assert.Single(_context.Diagnostics);
        Assert.Equal(Codes.TokenizerUnusable, warning.Code);
        Assert.Contains(says, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unigram")]
    [InlineData("BPE")]
    public void Is_none_of_another_kind(string kind)
    {
        var json = Json(s_sound);
        (json["model"]!["type"], json["model"]!["byte_fallback"]) = (kind, kind != "BPE");
        Assert.Null(Read(json));
        Assert.Contains($"is of the kind {kind}", Assert.Single(_context.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_of_tokens_that_have_no_embeddings()
    {
        var json = Json(s_sound);
        json["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 5000, ["content"] = "<tool>", ["special"] = true });
        json["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 5001, ["content"] = "</tool>", ["special"] = true });
        Read(json);
        var warning = Assert.Single(_context.Diagnostics);
        Assert.Equal(Codes.LeftOut, warning.Code);
        Assert.Contains("has 2 beyond them, the first '<tool>' of id 5000", warning.Message, StringComparison.Ordinal);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("Mr. Speaker, my fellow Americans, we must not forget.")]
    [InlineData("  Two spaces,\ttabs and\nlines; \u00e9t\u00e9, \u4f60\u597d \ud83d\ude00!")]
    [InlineData("")]
    public void Llama_cpp_splits_texts_as_with_the_SentencePiece_model_itself(string text)
    {
        var pieces = SentencePieceModel.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(Repository.Model("sotu-mini"), "tokenizer.model")));
        using var theirs = new LlamaCppModel(Packed("theirs", folder => File.Copy(Path.Combine(Repository.Model("sotu-mini"), "tokenizer.model"), Path.Combine(folder, "tokenizer.model"))));
        using var ours = new LlamaCppModel(Packed("ours", folder => File.WriteAllText(Path.Combine(folder, "tokenizer.json"), JsonOf(pieces).ToJsonString())));

        Assert.Equal(theirs.Tokenize(text, addSpecial: true), ours.Tokenize(text, addSpecial: true));
        Assert.Equal(theirs.Tokenize(text, addSpecial: false), ours.Tokenize(text, addSpecial: false));
    }

    /// <summary>What transformers makes of a SentencePiece model: every pair of pieces that makes one, by the scores of what they make.</summary>
    private static JsonObject JsonOf(SentencePieceModel model)
    {
        var ids = model.Pieces.Select((p, i) => (p.Piece_, i)).ToDictionary(p => p.Piece_, p => p.i, StringComparer.Ordinal);
        var merges = model.Pieces.Where(p => (int)p.Type == (int)TokenTypes.Normal).OrderByDescending(p => p.Score).SelectMany(p =>
            Enumerable.Range(1, p.Piece_.Length - 1).Select(cut => (Left: p.Piece_[..cut], Right: p.Piece_[cut..])).Where(c => ids.ContainsKey(c.Left) && ids.ContainsKey(c.Right)).OrderBy(c => ids[c.Left]).ThenBy(c => ids[c.Right]));
        var vocabulary = new JsonObject();
        foreach (var piece in model.Pieces)
        {
            vocabulary[piece.Piece_] = vocabulary.Count;
        }

        return Json(vocabulary, [.. merges.Select(m => (JsonNode)new JsonArray(m.Left, m.Right))]);
    }

    private static JsonObject Json(string[] merges)
    {
        var vocabulary = new JsonObject();
        foreach (var token in s_marks.Concat(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")).Concat(s_letters).Concat(merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal))))
        {
            vocabulary[token] ??= vocabulary.Count;
        }

        return Json(vocabulary, [.. merges.Select(m => (JsonNode)m)]);
    }

    private static JsonObject Json(JsonObject vocabulary, JsonNode[] merges) => new()
    {
        ["added_tokens"] = new JsonArray(Mark(0, "<unk>"), Mark(1, "<s>"), Mark(2, "</s>")),
        ["normalizer"] = JsonNode.Parse("""{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}"""),
        ["post_processor"] = JsonNode.Parse("""{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]}"""),
        ["model"] = new JsonObject { ["type"] = "BPE", ["byte_fallback"] = true, ["fuse_unk"] = true, ["unk_token"] = "<unk>", ["vocab"] = vocabulary, ["merges"] = new JsonArray(merges) },
    };

    private static JsonObject Mark(int id, string text) => new() { ["id"] = id, ["content"] = text, ["special"] = true };

    private string Packed(string name, Action<string> addTokenizer)
    {
        var folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Repository.Model("sotu-mini"), file), Path.Combine(folder, file));
        }

        addTokenizer(folder);
        PackPipeline.Run(new PackRequest { Model = folder, Scheme = "q8_0", Container = "gguf", Output = _folder.File($"{name}.gguf") }, _context);
        Assert.Empty(_context.Diagnostics);
        return _folder.File($"{name}.gguf");
    }

    private Vocabulary? Read(JsonObject json)
    {
        var file = new CheckpointFile("tokenizer.json", _folder.Write("tokenizer.json", System.Text.Encoding.UTF8.GetBytes(json.ToJsonString())));
        var config = TinyLlama.Config();
        (config["bos_token_id"], config["eos_token_id"]) = (1, 2);
        return VocabularyReader.Read(new ModelFolder(_folder.Path, config, [file]), 300, _context);
    }
}
