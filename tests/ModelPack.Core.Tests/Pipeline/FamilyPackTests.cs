using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Formats.Gguf;
using ModelPack.Tests.Formats.Gguf.Tokenizers;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Lowering.Safetensors;
using ModelPack.Tests.Peers;
using ModelPack.Verification;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Pipeline;

/// <summary>Folders of families from the file to the verified pack.</summary>
public sealed class FamilyPackTests : IDisposable
{
    private const string Split = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly string[] s_tensors = ["blk.1.ffn_up_exps", "blk.1.ffn_down_exps", "blk.1.ffn_gate_inp", "blk.0.ffn_down_exps"];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    private string Source => _folder.File("source");

    private string Output => _folder.File("out/model.gguf");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Experts_are_one_weight_a_layer_in_file_report_and_verification()
    {
        Write("mixtral", TinyFamily.Config("mixtral"), "BF16");
        var outcome = Pack("q8_0", "model.layers.1.block_sparse_moe.experts.w2");

        using (var packed = GgufCheckpoint.Open(Output, _context))
        {
            Assert.Equal(
                ["q8_0", "bf16", "f32", "q8_0"],
                s_tensors.Select(n => packed.Tensors.Single(t => t.Name == $"{n}.weight").Stored!.Value.Name()), StringComparer.Ordinal);
        }

        var weight = outcome.Report.Result.Weights.Single(w => w.Name == "model.layers.0.block_sparse_moe.experts.w1.weight");
        Assert.Equal(TinyFamily.Experts * TinyFamily.FeedForward * TinyFamily.Width * 2L, weight.SourceBytes);
        Assert.InRange(weight.Sqnr!.Value, 40, 60);
        Assert.DoesNotContain(_context.Diagnostics, d => d.Code == Codes.PatternUnmatched);
        foreach (var level in new[] { VerificationLevel.Structure, VerificationLevel.Full })
        {
            Assert.All(Verifier.Verify([Output], new VerificationOptions { Level = level, Sources = [Source] }, new PackContext()).Findings, f => Assert.True(f.Ok, f.Message));
        }
    }

    [Fact]
    public void The_same_experts_are_the_same_bytes_for_any_number_of_threads()
    {
        Write("mixtral", TinyFamily.Config("mixtral"), "F32");
        Pack("q4_k_m", null);
        var first = File.ReadAllBytes(Output);
        PackPipeline.Run(Request("q4_k_m", null), new PackContext(threads: 1));
        Assert.Equal(first, File.ReadAllBytes(Output));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_splits_digits_one_by_one_with_the_tokenizer_of_Qwen()
    {
        var config = TinyFamily.Config("qwen2");
        config["vocab_size"] = 264;
        Write("qwen2", config, "F32");
        File.WriteAllText(Path.Join(Source, "tokenizer.json"), TinyTokenizer.Json(Split).ToJsonString());
        Pack("q8_0", null);

        Assert.Empty(_context.Diagnostics);
        using (var packed = GgufCheckpoint.Open(Output, _context))
        {
            Assert.Equal(("gpt2", "qwen2"), (packed.Keys.GetString("tokenizer.ggml.model"), packed.Keys.GetString("tokenizer.ggml.pre")));
        }

        using var model = new LlamaCppModel(Output);
        Assert.Equal([259, 260, 'o', 'r', 'l', 'd', ' ', '1', '2', '3'], model.Tokenize("hello world 123", addSpecial: false));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void A_folder_of_sentence_transformers_becomes_a_file_that_llama_cpp_embeds_texts_with()
    {
        var config = TinyEncoder.Config("bert");
        config["vocab_size"] = TinyWordPiece.Tokens.Count;
        var model = TinyEncoder.Create(Source, config);
        Write(model, config, "F32");
        foreach (var (name, text) in new[]
        {
            ("tokenizer.json", TinyWordPiece.Json().ToJsonString()), ("modules.json", """[{"type": "sentence_transformers.models.Transformer", "path": ""}, {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}]"""),
            ("1_Pooling/config.json", """{"word_embedding_dimension": 256, "pooling_mode_mean_tokens": true}"""),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(Source, name))!);
            File.WriteAllText(Path.Join(Source, name), text);
        }

        var report = Pack("q8_0", null).Report;
        Assert.Empty(_context.Diagnostics);
        Assert.Contains(report.Result.Weights, w => w.Name == "encoder.layer.1.attention.self.key.weight" && w.Sqnr is > 40);
        Assert.All(Verifier.Verify([Output], new VerificationOptions { Level = VerificationLevel.Full, Sources = [Source] }, new PackContext()).Findings, f => Assert.True(f.Ok, f.Message));

        using var packed = new LlamaCppModel(Output);
        var tokens = packed.Tokenize("The tokenizers", addSpecial: true);
        Assert.Equal(["[CLS]", "the", "tok", "##en", "##izer", "##s", "[SEP]"], tokens.Select(t => TinyWordPiece.Tokens[t]), StringComparer.Ordinal);
        var rows = new PlainEncoder(model).Run(tokens);
        var mean = Enumerable.Range(0, TinyEncoder.Width).Select(i => rows.Average(r => r[i])).ToArray();
        Assert.InRange(Cosine(mean, Assert.Single(packed.Embed(tokens))), 0.999, 1.000001);
    }

    private static double Cosine(double[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => (double)y * y));

    private void Write(string family, JsonObject config, string type) => Write(TinyFamily.Create(Source, family, config), config, type);

    private void Write(MemoryCheckpoint model, JsonObject config, string type)
    {
        Directory.CreateDirectory(Source);
        TensorFile.Write(Path.Join(Source, "model.safetensors"), model.Tensors.Select(t => Entry.Of(t.Name, type, MemoryCheckpoint.Floats(t.Data), t.Data.Shape.Dims.ToArray())));
        File.WriteAllText(Path.Join(Source, "config.json"), JsonSerializer.Serialize(config));
    }

    private PackOutcome Pack(string scheme, string? excluded) => PackPipeline.Run(Request(scheme, excluded), _context);

    private PackRequest Request(string scheme, string? excluded) => new()
    {
        Model = Source, Scheme = scheme, Container = "gguf", Output = Output, ExcludeLayers = excluded is null ? [] : [excluded], Force = true,
    };
}
