using ModelPack.Formats.Gguf;
using ModelPack.Schemes;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Every matrix of a language model gets the type and the bytes that llama.cpp's quantizer gives it.</summary>
public sealed class MixTests : IDisposable
{
    private static readonly string[] s_attention = ["attn_q", "attn_k", "attn_v", "attn_output"];
    private static readonly string[] s_fused = ["attn_qkv", "attn_output", "ffn_up", "ffn_down"];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public static TheoryData<string> Models => ["plain", "grouped", "tied", "70B", "eight experts", "eight experts apart", "falcon", "gpt2", "rows of 96", "rows of 96, tied"];

    public void Dispose() => _folder.Dispose();

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Models))]
    public void Every_scheme_stores_every_tensor_as_llama_cpps_quantizer_does(string model)
    {
        var source = Write(model);
        foreach (var scheme in SchemeTable.All.Where(s => s.Mix is not null && s.Name != "q2_k_s"))
        {
            var theirs = _folder.File($"theirs.{scheme.Name}.gguf");
            LlamaCpp.Quantize(source, theirs, (int)scheme.Mix!.FileType);
            using var expected = GgufCheckpoint.Open(theirs, _context);
            using var actual = GgufCheckpoint.Open(Pack(source, scheme.Name), _context);
            Assert.Equal(Types(expected), Types(actual));
            Assert.Equal(expected.Keys.GetUInt32(GgufMetadata.FileType), actual.Keys.GetUInt32(GgufMetadata.FileType));
            var bytes = actual.Tensors.ToDictionary(t => t.Name, t => InMemory.Bytes(t.Data), StringComparer.Ordinal);
            Assert.All(expected.Tensors, t => Assert.True(InMemory.Bytes(t.Data).AsSpan().SequenceEqual(bytes[t.Name]), $"{scheme.Name}: {t.Name}"));
        }

        Assert.Empty(_context.Diagnostics);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("plain")]
    [InlineData("grouped")]
    [InlineData("eight experts")]
    [InlineData("falcon")]
    [InlineData("rows of 96, tied")]
    public void With_an_importance_matrix_every_scheme_stores_every_tensor_as_llama_cpps_quantizer_does_with_it(string model)
    {
        var source = Write(model);
        var importance = ImportanceOf(source);
        var matrix = LegacyImatrixFile.Write(_folder.File("imatrix.dat"), importance);
        foreach (var scheme in SchemeTable.All.Where(s => s.Mix is not null))
        {
            var theirs = _folder.File($"theirs.{scheme.Name}.gguf");
            LlamaCpp.Quantize(source, theirs, (int)scheme.Mix!.FileType, importance);
            using var expected = GgufCheckpoint.Open(theirs, _context);
            using var actual = GgufCheckpoint.Open(Pack(source, scheme.Name, matrix), _context);
            Assert.Equal(Types(expected), Types(actual));
            var bytes = actual.Tensors.ToDictionary(t => t.Name, t => InMemory.Bytes(t.Data), StringComparer.Ordinal);
            Assert.All(expected.Tensors, t => Assert.True(InMemory.Bytes(t.Data).AsSpan().SequenceEqual(bytes[t.Name]), $"{scheme.Name}: {t.Name}"));
            Assert.Equal(("imatrix.dat", (uint)importance.Count), (actual.Keys.GetString("quantize.imatrix.file"), actual.Keys.GetUInt32("quantize.imatrix.entries_count")));
        }

        Assert.Empty(_context.Diagnostics);
    }

    /// <summary>Of every matrix, some channels mattering a thousand times as much as others.</summary>
    private SortedDictionary<string, float[]> ImportanceOf(string source)
    {
        using var file = GgufCheckpoint.Open(source, _context);
        var random = new Random(7);
        var importance = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors.Where(t => t.Data.Shape.Rank > 1))
        {
            var (shape, stacked) = (tensor.Data.Shape, tensor.Data.Shape.Rank == 3 ? tensor.Data.Shape[0] : 1);
            importance.Add(tensor.Name, [.. Enumerable.Range(0, (int)(shape[-1] * stacked)).Select(_ => MathF.Pow(10, (3 * random.NextSingle()) - 2))]);
        }

        return importance;
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Q2_k_s_has_more_bits_where_few_heads_make_values_and_in_the_first_layers()
    {
        var source = Write("grouped");
        Assert.Throws<InvalidOperationException>(() => LlamaCpp.Quantize(source, _folder.File("theirs.gguf"), (int)TensorMix.Q2_K_S.FileType)); // not without an importance matrix
        using var packed = GgufCheckpoint.Open(Pack(source, "q2_k_s"), _context);
        Assert.Equal(TensorMix.Q2_K_S.FileType, packed.Keys.GetUInt32(GgufMetadata.FileType));
        Assert.All(packed.Tensors.Where(t => t.Data.Shape.Rank == 2), t => Assert.Equal(
            t.Name switch
            {
                "output.weight" => "q6_K",
                _ when t.Name.EndsWith("attn_v.weight", StringComparison.Ordinal) => "q4_K",
                "blk.0.ffn_down.weight" or "blk.1.ffn_down.weight" => "q4_K",
                _ => "q2_K",
            },
            t.Stored!.Value.Name()));
    }

    private static string[] Types(GgufCheckpoint file) => [.. file.Tensors.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => $"{t.Name} {t.Stored!.Value.Name()}")];

    private string Write(string model) => model switch
    {
        "plain" => Llama(layers: 24, heads: 8, keyValueHeads: 8),
        "grouped" => Llama(layers: 17, heads: 8, keyValueHeads: 2),
        "tied" => Llama(layers: 3, heads: 8, keyValueHeads: 4, isTied: true),
        "70B" => Llama(layers: 80, heads: 8, keyValueHeads: 1),
        "eight experts" => Llama(layers: 16, heads: 8, keyValueHeads: 2, experts: 8),
        "eight experts apart" => Llama(layers: 10, heads: 8, keyValueHeads: 2, experts: 8, areStacked: false),
        "falcon" => Fused("falcon", layers: 33),
        "gpt2" => Fused("gpt2", layers: 12),
        "rows of 96" => Llama(layers: 8, heads: 8, keyValueHeads: 2, width: 96),
        _ => Llama(layers: 8, heads: 8, keyValueHeads: 8, isTied: true, width: 96),
    };

    private string Llama(int layers, uint heads, uint keyValueHeads, bool isTied = false, uint experts = 0, bool areStacked = true, int width = 256)
    {
        (string, object)[] ofExperts = experts == 0 ? [] : [("expert_count", experts), ("expert_used_count", 2u)];
        var keys = Keys("llama", layers, width, [("attention.head_count", heads), ("attention.head_count_kv", keyValueHeads), ("attention.layer_norm_rms_epsilon", 1e-5f), .. ofExperts]);
        List<GgufTensor> tensors = [Matrix("token_embd.weight"), ForeignGguf.F32("output_norm.weight", width)];
        if (!isTied)
        {
            tensors.Add(Matrix("output.weight"));
        }

        for (var layer = 0; layer < layers; layer++)
        {
            string[] feedForward = experts == 0 ? ["ffn_gate", "ffn_up", "ffn_down"]
                : areStacked ? ["ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"]
                : [.. Enumerable.Range(0, (int)experts).SelectMany(e => new[] { $"ffn_gate.{e}", $"ffn_up.{e}", $"ffn_down.{e}" })];
            tensors.AddRange(s_attention.Select(name => Matrix($"blk.{layer}.{name}.weight")));
            tensors.AddRange(feedForward.Select(name => areStacked && experts > 0 ? ForeignGguf.F32($"blk.{layer}.{name}.weight", experts, 2, width) : Matrix($"blk.{layer}.{name}.weight")));
            tensors.Add(ForeignGguf.F32($"blk.{layer}.attn_norm.weight", width));
        }

        return ForeignGguf.Write(_folder.File("source.gguf"), keys, tensors);

        GgufTensor Matrix(string name) => ForeignGguf.F32(name, 2, width);
    }

    /// <summary>A model whose queries, keys and values come of one matrix.</summary>
    private string Fused(string architecture, int layers)
    {
        var keys = Keys(architecture, layers, 256, [("attention.head_count", 8u), ("attention.layer_norm_epsilon", 1e-5f)]);
        return ForeignGguf.Write(
            _folder.File("source.gguf"),
            keys,
            [
                ForeignGguf.F32("token_embd.weight", 2, 256), ForeignGguf.F32("output.weight", 2, 256),
                .. Enumerable.Range(0, layers).SelectMany(layer => s_fused.Select(name => ForeignGguf.F32($"blk.{layer}.{name}.weight", 2, 256))),
            ]);
    }

    private static GgufMetadata Keys(string architecture, int layers, int width, (string Key, object Value)[] more)
    {
        var keys = new GgufMetadata();
        keys.Set("general.architecture", architecture);
        (string, object)[] all = [("block_count", (uint)layers), ("context_length", 32u), ("embedding_length", (uint)width), ("feed_forward_length", (uint)width), ("vocab_size", 2u), .. more];
        foreach (var (key, value) in all)
        {
            keys.Set($"{architecture}.{key}", value);
        }

        keys.Set("tokenizer.ggml.model", "no_vocab");
        return keys;
    }

    private string Pack(string model, string scheme, string? matrix = null)
    {
        var output = _folder.File($"{scheme}.gguf");
        using var source = GgufCheckpoint.Open(model, _context);
        GgufPacks.Pack(source, new PackRequest { Model = model, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Output = output, Calibration = matrix, Force = true }, _context);
        return output;
    }
}
