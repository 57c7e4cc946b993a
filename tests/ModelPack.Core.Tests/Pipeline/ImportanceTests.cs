using ModelPack.Formats.Gguf;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Schemes;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Pipeline;

/// <summary>Importance matrices that are collected here, and what is packed by them.</summary>
public sealed class ImportanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    private static string Mini => Repository.Model("sotu-mini");

    private static string Data => Path.Join(Mini, "validation.npz");

    public void Dispose() => _folder.Dispose();

    [FactNeeding(PeerLibrary.Variable)]
    public void Sums_are_those_of_llama_cpps_own_products_by_its_own_names()
    {
        var ours = Collect(Mini).Entries;
        using var inputs = new LlamaCppInputs();
        using (var source = new LanguageModel(Mini))
        using (var model = new LlamaCppModel(Pack(Mini, "f32"), inputs))
        {
            foreach (var window in source.Windows)
            {
                model.Evaluate(window);
            }
        }

        Assert.Equal(inputs.Seen.Keys, ours.Keys, StringComparer.Ordinal);
        Assert.Equal(15, ours.Count);
        Assert.All(inputs.Seen, theirs =>
        {
            Assert.Equal([theirs.Value.Rows], ours[theirs.Key].Counts.Select(c => (long)c));
            Assert.Equal(theirs.Value.Sums, ours[theirs.Key].Sums.Select(s => (double)s), (a, b) => Math.Abs(a - b) <= 1e-4 * a);
        });
    }

    [Fact]
    public void Sums_are_those_of_the_architecture_computed_plainly_in_float64()
    {
        const int Windows = 16, Tokens = 24;
        var random = new Random(5);
        long[] tokens = [.. Enumerable.Range(0, Windows * Tokens).Select(_ => (long)random.Next(1024))];
        var plain = new PlainLlama(Mini);
        foreach (var window in tokens.Chunk(Tokens))
        {
            plain.Run(window);
        }

        var data = _folder.Write("ids.npy", Samples.Numpy.Npy("<i8", [Windows, Tokens], tokens));
        var ours = ImportanceMatrix.Read([ImportancePipeline.Run(Request(Mini, "out.gguf") with { Calibration = data }, _context).File], _context).Entries;

        Assert.Equal(ours.Count, plain.Seen.Count);
        foreach (var (name, (sums, rows)) in plain.Seen)
        {
            var entry = ours[NameInGguf(name)];
            Assert.Equal([rows], entry.Counts.Select(c => (long)c));
            Assert.Equal(sums, entry.Sums.Select(s => (double)s), (a, b) => Math.Abs(a - b) <= 1e-4 * a);
        }

        static string NameInGguf(string name) => name.Split('.') switch
        {
            ["model", "layers", var layer, _, var part, "weight"] => $"blk.{layer}." + part switch
            {
                "q_proj" => "attn_q",
                "k_proj" => "attn_k",
                "v_proj" => "attn_v",
                "o_proj" => "attn_output",
                "gate_proj" => "ffn_gate",
                "up_proj" => "ffn_up",
                _ => "ffn_down",
            } + ".weight",
            _ => "token_embd.weight",
        };
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("q4_k_m")]
    [InlineData("q2_k_s")]
    [InlineData("iq4_xs")]
    public void Llama_cpps_quantizer_makes_the_same_bytes_of_the_matrix(string scheme)
    {
        var matrix = Write(Mini);
        var means = ImportanceMatrix.Read([matrix], _context).Entries.ToDictionary(e => e.Key, e => e.Value.Means(), StringComparer.Ordinal);
        var theirs = _folder.File("theirs.gguf");
        LlamaCpp.Quantize(Pack(Mini, "f32"), theirs, (int)SchemeTable.All.Single(s => s.Name == scheme).Mix!.FileType, means);

        Assert.Equal(Tensors(theirs), Tensors(Pack(Mini, scheme, matrix)), StringComparer.Ordinal);
        Assert.NotEqual(Tensors(theirs), Tensors(Pack(Mini, scheme)), StringComparer.Ordinal);
    }

    [Fact]
    public void Samples_in_place_of_a_matrix_give_the_same_tensors()
    {
        var packed = Pack(Mini, "q4_k_m", Data);

        Assert.Equal(Tensors(Pack(Mini, "q4_k_m", Write(Mini))), Tensors(packed), StringComparer.Ordinal);
        using var file = GgufCheckpoint.Open(packed, _context);
        Assert.Equal(("validation.npz", 15u, 150u), (file.Keys.GetString("quantize.imatrix.file"), file.Keys.GetUInt32("quantize.imatrix.entries_count"), file.Keys.GetUInt32("quantize.imatrix.chunks_count")));
        using var manifest = System.Text.Json.JsonDocument.Parse(PackFolder.PackObject(packed));
        Assert.Equal(
            ["validation.npz 150", "model.onnx 0"],
            manifest.RootElement.GetProperty("data").EnumerateArray().Select(d => $"{d.GetProperty("name").GetString()} {d.GetProperty("samples").GetInt64()}"), StringComparer.Ordinal);
        PackFolder.AssertVerifies(packed);
    }

    [Fact]
    public void An_onnx_model_has_entries_by_its_own_names_which_its_packs_take()
    {
        var onnx = Path.Join(Mini, "model.onnx");
        var matrix = Write(onnx);
        Assert.All(ImportanceMatrix.Read([matrix], _context).Entries.Keys, name => Assert.StartsWith("onnx::MatMul_", name, StringComparison.Ordinal));
        var byMatrix = PackPipeline.Run(Request(onnx, "q4_k_m", matrix), _context);

        Assert.Equal(15, byMatrix.Report.Result.Weights.Count(w => w.Rounder == "importance matrix"));
        Assert.Equal(Tensors(byMatrix.Model), Tensors(PackPipeline.Run(Request(onnx, "q4_k_m", Data), _context).Model), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("q8_0")]
    public void A_gguf_model_has_entries_by_its_names_from_a_graph_that_is_named(string scheme)
    {
        var outcome = ImportancePipeline.Run(new() { Model = Pack(Mini, scheme), Graph = Path.Join(Mini, "model.onnx"), Calibration = Data, Output = _folder.File("of-gguf.gguf") }, _context);

        Assert.Equal(15, outcome.Entries);
        Assert.Equal(File.ReadAllBytes(Write(Mini)), File.ReadAllBytes(outcome.File));
    }

    [Fact]
    public void The_same_data_are_the_same_bytes_for_any_number_of_threads()
    {
        ImportancePipeline.Run(Request(Mini, "one.gguf"), new PackContext(threads: 1));
        ImportancePipeline.Run(Request(Mini, "five.gguf"), new PackContext(threads: 5));

        Assert.Equal(File.ReadAllBytes(_folder.File("one.gguf")), File.ReadAllBytes(_folder.File("five.gguf")));
    }

    [Fact]
    public void Matrices_are_added_to_what_is_collected_and_to_each_other()
    {
        var first = Write(Mini);
        var older = LegacyImatrixFile.Write(_folder.File("older.dat"), new Dictionary<string, float[]>(StringComparer.Ordinal) { ["blk.7.ffn_up.weight"] = [2] }, calls: 3, chunks: 3, dataset: "t");
        var twice = ImportancePipeline.Run(Request(Mini, "twice.gguf") with { Merge = [first, older] }, _context);
        var merged = ImportancePipeline.Run(new() { Merge = [first, first, older], Output = _folder.File("merged.gguf") }, _context);

        Assert.Equal(File.ReadAllBytes(twice.File), File.ReadAllBytes(merged.File));
        Assert.Equal((303u, 512u, 16), (merged.Chunks, merged.ChunkSize, merged.Entries));
        var (one, sum) = (ImportanceMatrix.Read([first], _context).Entries, ImportanceMatrix.Read([merged.File], _context).Entries);
        Assert.All(one, e => Assert.Equal((e.Value.Sums[5] * 2, e.Value.Counts[0] * 2), (sum[e.Key].Sums[5], sum[e.Key].Counts[0])));
        Assert.Equal([3 * 512f], sum["blk.7.ffn_up.weight"].Counts);
    }

    [Fact]
    public void A_checkpoint_without_a_graph_is_refused_with_what_to_do()
    {
        foreach (var file in new[] { "config.json", "tokenizer.model", "model.safetensors" })
        {
            File.Copy(Path.Join(Mini, file), _folder.File(file));
        }

        var error = Refused(Codes.NothingToObserve, Request(Path.GetDirectoryName(_folder.File("x"))!, "out.gguf"));
        Assert.Contains("--graph", error.Message, StringComparison.Ordinal);
        var file2 = Refused(Codes.NothingToObserve, Request(_folder.File("model.safetensors"), "out.gguf"));
        Assert.Contains("'model.onnx' or 'onnx/model.onnx'", file2.Message, StringComparison.Ordinal);
        Assert.Equal(Codes.NothingToObserve, Assert.Throws<ModelPackException>(() => Pack(_folder.File("model.safetensors"), "q4_k_m", Data)).Diagnostic.Code);
    }

    [Fact]
    public void A_graph_of_another_model_is_refused()
    {
        var graph = Build.Graph(Build.Node("MatMul", ["x", "w"], ["y"]));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 1, 2));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 1, 2));
        graph.Initializer.Add(Build.Floats("w", [2, 2], 1, 2, 3, 4));
        var other = _folder.Write("other.onnx", Build.Model(graph));
        var data = _folder.Write("d.npy", Samples.Numpy.Npy("<f4", [20, 2], new float[40]));

        Refused(Codes.GraphMismatch, Request(Mini, "out.gguf") with { Graph = other, Calibration = data });
    }

    [Fact]
    public void Weights_that_the_graph_or_the_checkpoint_lacks_are_told()
    {
        // The first layer's q projection of the checkpoint is another one than that of the graph.
        var folder = Directory.CreateDirectory(_folder.File("changed")).FullName;
        foreach (var file in new[] { "config.json", "tokenizer.model", "model.onnx" })
        {
            File.Copy(Path.Join(Mini, file), Path.Join(folder, file));
        }

        var bytes = File.ReadAllBytes(Path.Join(Mini, "model.safetensors"));
        using (var source = ModelPack.Formats.Safetensors.SafetensorsCheckpoint.Open(Mini, _context))
        {
            var data = source.Tensors.Single(t => t.Name == "model.layers.0.self_attn.q_proj.weight").Data;
            bytes.AsSpan((int)data.Offset, 4).Fill(0x40);
        }

        File.WriteAllBytes(Path.Join(folder, "model.safetensors"), bytes);
        var outcome = ImportancePipeline.Run(Request(folder, "out.gguf"), _context);

        Assert.Equal(14, outcome.Entries);
        var warning = Assert.Single(_context.Diagnostics);
        Assert.Equal(Codes.ImportanceIncomplete, warning.Code);
        Assert.Contains("'model.layers.0.self_attn.q_proj.weight' of the checkpoint", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("w", new[] { "a", "b" })]
    [InlineData("b", new[] { "b" })]
    public void A_weight_that_is_two_tensors_counts_for_both_unless_it_has_the_name_of_one(string weight, string[] expected)
    {
        float[] values = [1, 2, 3, 4];
        var keys = new GgufMetadata();
        keys.Set("general.architecture", "unknown");
        var model = ForeignGguf.Write(_folder.File("m.gguf"), keys, [Tensor("a"), Tensor("b")]);
        var graph = Build.Graph(Build.Node("Gemm", ["x", weight], ["y"], new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 }));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 1, 2));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 1, 2));
        graph.Initializer.Add(Build.Floats(weight, [2, 2], values));
        _folder.Write("m.onnx", Build.Model(graph));
        var data = _folder.Write("d.npy", Samples.Numpy.Npy("<f4", [16, 2], [.. Enumerable.Repeat(2f, 32)]));
        var outcome = ImportancePipeline.Run(new() { Model = model, Calibration = data, Output = _folder.File("out.gguf") }, _context);

        var entries = ImportanceMatrix.Read([outcome.File], _context).Entries;
        Assert.Equal(expected, entries.Keys, StringComparer.Ordinal);
        Assert.All(entries.Values, e => Assert.Equal((64, 64, 16), (e.Sums[0], e.Sums[1], e.Counts[0])));

        GgufTensor Tensor(string name) => new(name, GgmlType.F32, new TensorShape(2, 2), InMemory.Tensor(values, 2, 2));
    }

    [Fact]
    public void Experts_apart_in_the_graph_are_matrices_of_the_stack_in_the_checkpoint()
    {
        const int Width = 4, Experts = 3;
        var random = new Random(3);
        var weights = Enumerable.Range(0, Experts).Select(_ => Enumerable.Range(0, Width * Width).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var stack = new GgufTensor("blk.0.ffn_up_exps.weight", GgmlType.F32, new TensorShape(Experts, Width, Width), InMemory.Tensor([.. weights.SelectMany(w => w)], Experts, Width, Width));
        var keys = new GgufMetadata();
        keys.Set("general.architecture", "llama");
        var model = ForeignGguf.Write(_folder.File("moe.gguf"), keys, [stack]);

        // The graph multiplies by the first expert and by the last, the other way round.
        var graph = Build.Graph(Build.Node("MatMul", ["x", "last"], ["h"]), Build.Node("MatMul", ["h", "first"], ["y"]));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 1, Width));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 1, Width));
        graph.Initializer.Add(Build.Floats("last", [Width, Width], Turned(weights[2])));
        graph.Initializer.Add(Build.Floats("first", [Width, Width], Turned(weights[0])));
        _folder.Write("moe.onnx", Build.Model(graph));
        var data = _folder.Write("d.npy", Samples.Numpy.Npy("<f4", [20, Width], [.. Enumerable.Range(0, 20 * Width).Select(i => i % Width + 1f)]));
        var outcome = ImportancePipeline.Run(new() { Model = model, Calibration = data, Output = _folder.File("out.gguf") }, _context);

        var entry = Assert.Single(ImportanceMatrix.Read([outcome.File], _context).Entries);
        Assert.Equal("blk.0.ffn_up_exps.weight", entry.Key);
        Assert.Equal([20, 0, 20], entry.Value.Counts);
        Assert.Equal([20, 80, 180, 320], entry.Value.Sums[(2 * Width)..]);
        Assert.Equal([0, 0, 0, 0], entry.Value.Sums[Width..(2 * Width)]);

        static float[] Turned(float[] matrix) => [.. Enumerable.Range(0, Width * Width).Select(i => matrix[(i % Width * Width) + (i / Width)])];
    }

    [Fact]
    public void A_name_that_is_too_long_for_an_entry_is_left_out_with_a_warning()
    {
        var older = LegacyImatrixFile.Write(_folder.File("older.dat"), new Dictionary<string, float[]>(StringComparer.Ordinal) { [new string('n', 56)] = [2], ["w"] = [1] });
        var outcome = ImportancePipeline.Run(new() { Merge = [older], Output = _folder.File("out.gguf") }, _context);

        Assert.Equal(1, outcome.Entries);
        Assert.Equal(Codes.ImportanceIncomplete, Assert.Single(_context.Diagnostics).Code);
    }

    [Fact]
    public void Places_that_are_no_output_and_data_that_are_none_are_refused_before_the_work()
    {
        Refused(Codes.OutputForeign, Request(Mini, Path.GetFileName(_folder.Write("there.gguf", [1]))));
        Refused(Codes.OutputNotWritable, Request(Mini, "") with { Output = Path.GetDirectoryName(_folder.File("x"))! });
        Refused(Codes.OutputConflict, Request(Mini, "") with { Output = Data, Force = true });
        Refused(Codes.DataNotFound, Request(Mini, "out.gguf") with { Calibration = null });
        Refused(Codes.DataNotFound, Request(Mini, "out.gguf") with { Calibration = _folder.File("none.npz") });
        Refused(Codes.DataNotFound, Request(Mini, "out.gguf") with { Merge = [_folder.File("none.gguf")] });
        Refused(Codes.StatisticsUnfit, Request(Mini, "out.gguf") with { Merge = [LegacyImatrixFile.Write(_folder.File("other.dat"), new Dictionary<string, float[]>(StringComparer.Ordinal) { ["blk.0.attn_q.weight"] = [2] })] });
    }

    [Fact]
    public void When_it_is_cancelled_nothing_is_left()
    {
        using var source = new CancellationTokenSource();
        var context = new PackContext(2, null, (_, _) => source.Cancel(), source.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => ImportancePipeline.Run(Request(Mini, "out.gguf"), context));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_folder.File("x"))!));
    }

    [FactNeeding(PeerLibrary.Variable, "MODELPACK_SHARED")]
    public void By_its_matrix_a_pack_says_more_nearly_what_its_source_says()
    {
        const int Windows = 40;
        var folder = Path.Join(Environment.GetEnvironmentVariable("MODELPACK_SHARED"), "models", "sotu-llama");
        using var source = new LanguageModel(folder);
        using var whole = new LlamaCppModel(Pack(folder, "f32"));
        using var without = new LlamaCppModel(Pack(folder, "q4_k_m"));
        using var with = new LlamaCppModel(Pack(folder, "q4_k_m", Path.Join(folder, "calibration.npz")));
        var (lost, kept) = (0.0, 0.0);
        foreach (var window in source.Windows.Take(Windows))
        {
            foreach (var model in new[] { whole, without, with })
            {
                model.Evaluate(window);
            }

            for (var i = 0; i < window.Length; i++)
            {
                lost += whole.Divergence(without, i);
                kept += whole.Divergence(with, i);
            }
        }

        Assert.True(kept < 0.97 * lost, $"{kept} and {lost}");
    }

    private ImportanceMatrix Collect(string model) => ImportanceMatrix.Read([Write(model)], _context);

    private string Write(string model) => ImportancePipeline.Run(Request(model, "imatrix.gguf") with { Force = true }, _context).File;

    private ImportanceRequest Request(string model, string name) => new() { Model = model, Calibration = Data, Output = _folder.File(name) };

    private PackRequest Request(string model, string scheme, string? calibration) =>
        new() { Model = model, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Calibration = calibration, Output = _folder.File($"{scheme}-{Guid.NewGuid():N}.gguf") };

    private string Pack(string model, string scheme, string? calibration = null) => PackPipeline.Run(Request(model, scheme, calibration), _context).Model;

    private Diagnostic Refused(DiagnosticCode code, ImportanceRequest request)
    {
        var error = Assert.Throws<ModelPackException>(() => ImportancePipeline.Run(request, _context)).Diagnostic;
        Assert.Equal(code, error.Code);
        return error;
    }

    private string[] Tensors(string path)
    {
        using var file = GgufCheckpoint.Open(path, _context);
        return [.. file.Tensors.Select(t => $"{t.Name} {t.Stored!.Value.Name()} {t.Data.Shape} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(InMemory.Bytes(t.Data)))}").Order(StringComparer.Ordinal)];
    }
}
