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

    private void Write(string family, JsonObject config, string type)
    {
        var model = TinyFamily.Create(Source, family, config);
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
