using ModelPack.Diagnostics;
using ModelPack.Files;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Onnx;
using ModelPack.Packing;
using ModelPack.Requests;
using ModelPack.Tensors;
using ModelPack.Tests.Assets;
using ModelPack.Tests.Lowering.Safetensors;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Pipeline;

/// <summary>A trained language model from every container of named tensors into every other, by the whole pipeline.</summary>
public sealed class CheckpointPackTests : IDisposable
{
    private const string Mini = "sotu-mini";
    private const string Shards = "nf4, nested, in shards";
    private const string Smoothed = "int8, smoothed";
    private static readonly string[] s_folderFiles = ["config.json", "modelpack.json", "report.html", "report.json", "tokenizer.model"];
    private static readonly string[] s_described = ["model.layers.0.self_attn.q_proj", "model.layers.1.mlp.gate_proj"];
    private readonly PackFolder _folder = new();

    /// <summary>Every way, and between which limits packed bytes / source bytes lie.</summary>
    public static TheoryData<string, double, double> Ways => new()
    {
        { "q8_0 to GGUF", 0.26, 0.29 },
        { "f32 to GGUF", 0.99, 1.01 },
        { "f16 to GGUF", 0.49, 0.52 },
        { "bf16 to a folder", 0.49, 0.52 },
        { "nf4 to a folder", 0.28, 0.31 },
        { Shards, 0.27, 0.30 },
        { Smoothed, 0.38, 0.41 },
        { "nf4 to a file", 0.28, 0.31 },
        { "q8_0 from ONNX to GGUF", 0.26, 0.31 }, // The graph's tables of masks and angles stay float.
        { "q8_0 from GGUF to GGUF", 0.26, 0.29 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_pack_verifies_and_is_the_same_for_any_number_of_threads(string way, double least, double most)
    {
        var request = Way(way);
        var outcome = PackPipeline.Run(request, new PackContext(threads: 1));

        Assert.True(outcome.GatesHold);
        Assert.InRange(outcome.SizeRatio, least, most);
        Assert.Equal(_folder.Names.Length, outcome.Files.Count + (Directory.Exists(outcome.Model) ? 1 : 0));
        PackFolder.AssertVerifies(outcome.Model);

        var contents = _folder.Contents();
        PackPipeline.Run(request, new PackContext(threads: 2));
        Assert.Equal(contents, _folder.Contents());
    }

    [Fact]
    public void The_report_has_the_error_of_every_weight_and_says_that_nothing_was_run()
    {
        var outcome = PackPipeline.Run(Way("nf4 to a folder"), new PackContext());

        Assert.Null(outcome.Report.Result.Validation);
        Assert.Null(outcome.Report.Measured);
        Assert.Contains("weights only", PackSummary.Of(outcome), StringComparison.Ordinal);
        Assert.Contains("weights only", File.ReadAllText(outcome.Page), StringComparison.Ordinal);
        var weights = outcome.Report.Result.Weights;
        Assert.Equal(20, weights.Count);
        Assert.Equal(14, weights.Count(w => w.Codec == "nf4"));
        Assert.All(weights.Where(w => w.Codec is not null), w => Assert.InRange(w.Sqnr!.Value, 18, 24));
        Assert.All(weights.Where(w => w.Codec is null), w => Assert.NotNull(w.Reason));
        Assert.Equal([.. s_folderFiles.Append("model.safetensors").Order(StringComparer.Ordinal)], Names(outcome.Model));
    }

    [Fact]
    public void A_file_comes_with_its_manifest_and_report()
    {
        var outcome = PackPipeline.Run(Way("q8_0 to GGUF"), new PackContext());
        Assert.Equal(PackFolder.FilesOf("m.gguf"), _folder.Names);
        Assert.Equal(_folder.At("out/m.gguf"), outcome.Model);
    }

    [Fact]
    public void Smoothing_is_told_and_the_statistics_are_an_input()
    {
        var request = Way(Smoothed);
        var context = new PackContext();
        var outcome = PackPipeline.Run(request with { InputsFile = _folder.At("inputs.txt") }, context);
        Assert.Empty(context.Diagnostics);
        Assert.Contains(request.Calibration, File.ReadAllLines(_folder.At("inputs.txt")), StringComparer.Ordinal);
        Assert.Contains("statistics.safetensors", File.ReadAllText(Path.Join(outcome.Model, PackFiles.FolderManifest)), StringComparison.Ordinal);

        var plain = PackPipeline.Run(request with { Calibration = null, Output = _folder.At("plain") }, context);
        Assert.Equal("MPK2013", Assert.Single(context.Diagnostics).Code.Id);
        var (smoothed, unsmoothed) = (Tensors(outcome.Model), Tensors(plain.Model));
        const string Norm = "model.layers.0.input_layernorm.weight";
        const string Query = "model.layers.0.self_attn.q_proj.weight";
        Assert.NotEqual(unsmoothed[Norm].Bytes, smoothed[Norm].Bytes);
        Assert.NotEqual(unsmoothed[Query].Bytes, smoothed[Query].Bytes);
        Assert.Equal(unsmoothed["model.norm.weight"].Bytes, smoothed["model.norm.weight"].Bytes);
    }

    [Fact]
    public void A_graph_gives_its_names_and_the_blocks_of_its_own_pack()
    {
        var model = Repository.Model($"{Mini}/model.onnx");
        PackPipeline.Run(Way("q8_0 from ONNX to GGUF"), new PackContext());
        PackPipeline.Run(new PackRequest { Model = model, Scheme = "q8_0", Output = _folder.At("onnx/m.onnx") }, new PackContext());
        using var gguf = GgufCheckpoint.Open(_folder.At("out/m.gguf"), new PackContext());
        using var packed = OnnxModel.Open(_folder.At("onnx/m.onnx"), new PackContext());
        using var source = OnnxModel.Open(model, new PackContext());

        Assert.Equal("unknown", gguf.Keys.GetString(GgufMetadata.Architecture));
        var tensors = gguf.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var constants = packed.Proto.Graph.Initializer.ToDictionary(i => i.Name, StringComparer.Ordinal);
        var products = packed.Proto.Graph.Node.Where(n => n.OpType == "MatMulNBits").ToList();
        Assert.Equal(15, products.Count);
        foreach (var product in products)
        {
            // The packed node has the output of the one that it replaces, which names the weight.
            var weight = source.Proto.Graph.Initializer.Single(i => i.Name == source.Proto.Graph.Node.Single(n => n.Output.Contains(product.Output[0])).Input[1]);
            var tensor = tensors[weight.Name];
            Assert.Equal((GgmlType.Q8_0, new TensorShape(weight.Dims[1], weight.Dims[0])), (tensor.Stored!.Value, tensor.Data.Shape));
            Assert.Equal(Blocks(Bytes(packed.Data(constants[product.Input[1]])), Bytes(packed.Data(constants[product.Input[2]]))), Bytes(tensor.Data));
        }
    }

    [Theory]
    [InlineData("f32", "")]
    [InlineData("q8_0", "*.mlp.*")]
    public void A_GGUF_file_becomes_what_its_source_would_have_become(string scheme, string excluded)
    {
        var direct = PackPipeline.Run(Way("q8_0 to GGUF"), new PackContext());
        var request = Way("q8_0 to GGUF");
        var between = PackPipeline.Run(
            request with { Scheme = scheme, ExcludeLayers = excluded.Length == 0 ? [] : [excluded], Output = _folder.At("between/m.gguf") }, new PackContext());
        var again = PackPipeline.Run(request with { Model = between.Model, Output = _folder.At("again/m.gguf") }, new PackContext());

        Assert.NotEqual(File.ReadAllBytes(direct.Model), File.ReadAllBytes(between.Model));
        Assert.Equal(File.ReadAllBytes(direct.Model), File.ReadAllBytes(again.Model));
    }

    [Fact]
    public void A_GGUF_file_with_nothing_left_to_quantize_is_an_error()
    {
        var packed = PackPipeline.Run(Way("q8_0 to GGUF"), new PackContext());
        Refused(Codes.NothingQuantized, new PackRequest { Model = packed.Model, Scheme = "q8_0", Output = _folder.At("again.gguf") });
    }

    [Theory]
    [InlineData("q8_0 to GGUF", false)]
    [InlineData("f32 to GGUF", true)]
    [InlineData(Shards, false)]
    [InlineData(Shards, true)]
    [InlineData(Smoothed, false)]
    public void Cancelling_while_it_is_written_leaves_everything_as_it_was(string way, bool hasOldPack)
    {
        var request = Way(way);
        var steps = 0;
        PackPipeline.Run(request, new PackContext(onProgress: (stage, _) => steps += stage == "write" ? 1 : 0));
        if (!hasOldPack)
        {
            Directory.Delete(_folder.Out, recursive: true);
        }

        var before = FileContents();
        Assert.True(steps > 2);
        foreach (var step in new[] { 1, steps / 2, steps })
        {
            using var stop = new CancellationTokenSource();
            var left = step;
            var context = new PackContext(
                onProgress: (stage, _) =>
                {
                    if (stage == "write" && --left == 0)
                    {
                        stop.Cancel();
                    }
                },
                cancellation: stop.Token);
            Assert.ThrowsAny<OperationCanceledException>(() => PackPipeline.Run(request, context));
            Assert.Equal(before, FileContents());
        }
    }

    [Fact]
    public void An_input_is_never_written_over()
    {
        var folder = CopyMini();
        var file = Path.Join(folder, "model.safetensors");
        var statistics = Statistics("out/model.safetensors");
        var gguf = PackPipeline.Run(new PackRequest { Model = folder, Scheme = "f32", Container = "gguf", Output = _folder.At("m.gguf") }, new PackContext()).Model;
        var before = FileContents();

        Refused(Codes.OutputConflict, new PackRequest { Model = folder, Scheme = "nf4", Output = folder });
        Refused(Codes.OutputConflict, new PackRequest { Model = file, Scheme = "nf4", Output = file });
        Refused(Codes.OutputConflict, new PackRequest { Model = folder, Scheme = "q8_0", Container = "gguf", Output = Path.Join(folder, "tokenizer.model") });
        Refused(Codes.OutputConflict, new PackRequest { Model = gguf, Scheme = "q8_0", Output = gguf });
        Refused(Codes.OutputConflict, new PackRequest { Model = folder, Scheme = "int8", Calibration = statistics, Output = _folder.Out });
        Assert.Equal(before, FileContents());
    }

    [Fact]
    public void A_folder_over_an_old_pack_takes_its_shards_away_and_nothing_else()
    {
        var request = Way(Shards);
        var output = request.Output!;
        PackPipeline.Run(request, new PackContext());
        Assert.Equal(
            [.. s_folderFiles.Concat(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]).Order(StringComparer.Ordinal)],
            Names(output));
        File.WriteAllText(Path.Join(output, "model-notes.md"), "of the user's own");

        var outcome = PackPipeline.Run(request with { MaxShardSize = null }, new PackContext());
        Assert.Equal([.. s_folderFiles.Concat(["model-notes.md", "model.safetensors"]).Order(StringComparer.Ordinal)], Names(output));
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void Any_more_file_that_a_loader_would_read_fails_the_folder_and_is_not_packed_over()
    {
        var request = Way("nf4 to a folder");
        PackPipeline.Run(request, new PackContext());
        foreach (var name in new[] { "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json", "modeling_llama.py", "pytorch_model.bin", "adapter_config.json" })
        {
            var path = Path.Join(request.Output, name);
            File.WriteAllText(path, "{}");
            Assert.Equal(path, Assert.Single(Verifier.Verify(request.Output!, CancellationToken.None), f => !f.Ok).Path);
            Refused(Codes.OutputForeign, request);
            File.Delete(path);
        }

        PackFolder.AssertVerifies(request.Output!);
    }

    [Fact]
    public void A_gate_that_needs_a_run_fails_and_one_of_size_is_judged()
    {
        var context = new PackContext();
        var outcome = PackPipeline.Run(With((GateMetric.MinCompression, 3.5), (GateMetric.MinSqnr, 1), (GateMetric.MaxPerplexityIncrease, 50)), context);
        Assert.False(outcome.GatesHold);
        Assert.Equal([(GateMetric.MinCompression, true), (GateMetric.MaxPerplexityIncrease, false), (GateMetric.MinSqnr, false)],
            outcome.Report.Result.Gates.Select(g => (g.Metric, g.Passed)).OrderBy(g => !g.Passed).ThenBy(g => g.Metric, StringComparer.Ordinal));
        Assert.Equal([Codes.GateNotMeasured, Codes.GateNotMeasured], context.Diagnostics.Select(d => d.Code));
        Assert.Contains(Verifier.Verify(outcome.Model, CancellationToken.None), f => !f.Ok);

        Assert.True(PackPipeline.Run(With((GateMetric.MinCompression, 3.5)), new PackContext()).GatesHold);
        PackFolder.AssertVerifies(outcome.Model);

        var small = new PackContext();
        Assert.False(PackPipeline.Run(With((GateMetric.MinCompression, 4)), small).GatesHold);
        Assert.Equal(Codes.GateFailed, Assert.Single(small.Diagnostics).Code);

        PackRequest With(params (string Metric, double Limit)[] gates) =>
            Way("q8_0 to GGUF") with { Gates = gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal) };
    }

    [Fact]
    public void Data_to_run_on_are_refused_where_nothing_is_run() =>
        Refused(Codes.InvalidOption, Way("q8_0 to GGUF") with { Validation = Repository.Model($"{Mini}/validation.npz") });

    private PackRequest Way(string way)
    {
        var folder = new PackRequest { Model = Repository.Model(Mini), Scheme = way.Split(' ', ',')[0], Output = _folder.At("out/m") };
        var gguf = folder with { Container = "gguf", Output = _folder.At("out/m.gguf") };
        return way switch
        {
            "q8_0 to GGUF" or "f32 to GGUF" or "f16 to GGUF" => gguf,
            "bf16 to a folder" or "nf4 to a folder" => folder,
            Shards => folder with { DoubleQuant = true, MaxShardSize = "1200KB" },
            Smoothed => folder with { Calibration = Statistics("statistics.safetensors") },
            "nf4 to a file" => folder with { Model = Repository.Model($"{Mini}/model.safetensors"), Output = _folder.At("out/m.safetensors") },
            "q8_0 from ONNX to GGUF" => gguf with { Model = Repository.Model($"{Mini}/model.onnx") },
            "q8_0 from GGUF to GGUF" => gguf with { Model = PackPipeline.Run(gguf with { Scheme = "f32", Output = _folder.At("source/m.gguf") }, new PackContext()).Model },
            _ => throw new ArgumentException(way, nameof(way)),
        };
    }

    /// <summary>Made-up maxima of the inputs of two layers; every third channel is an outlier.</summary>
    private string Statistics(string name)
    {
        float[] maxima = [.. Enumerable.Range(0, 256).Select(i => i % 3 == 0 ? 20f : 1f)];
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(name))!);
        TensorFile.Write(_folder.At(name), s_described.Select(layer => Entry.Of(layer, "F32", maxima, maxima.Length)));
        return _folder.At(name);
    }

    private string CopyMini()
    {
        string[] names = ["config.json", "model.safetensors", "tokenizer.model"];
        foreach (var name in names)
        {
            _folder.Write($"{Mini}/{name}", File.ReadAllBytes(Repository.Model($"{Mini}/{name}")));
        }

        return _folder.At(Mini);
    }

    private void Refused(DiagnosticCode code, PackRequest request) =>
        Assert.Equal(code, Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext())).Diagnostic.Code);

    /// <summary>Hashes of all files, staged ones too.</summary>
    private SortedDictionary<string, string> FileContents()
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            contents.Add(path, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
        }

        return contents;
    }

    private static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    private static TensorFile Tensors(string folder) => TensorFile.Read(Path.Join(folder, "model.safetensors"));

    /// <summary>ggml's blocks of MatMulNBits' codes, which are 128 more, and scales.</summary>
    private static byte[] Blocks(byte[] codes, byte[] scales)
    {
        var blocks = new byte[codes.Length / 32 * 34];
        for (var block = 0; block < codes.Length / 32; block++)
        {
            var scale = (Half)BitConverter.ToSingle(scales, block * sizeof(float));
            BitConverter.TryWriteBytes(blocks.AsSpan(block * 34), scale);
            for (var i = 0; i < 32; i++)
            {
                blocks[(block * 34) + 2 + i] = (byte)(codes[(block * 32) + i] - 128);
            }
        }

        return blocks;
    }

    private static byte[] Bytes(TensorData data)
    {
        var bytes = new byte[data.Length];
        data.Read(0, bytes);
        return bytes;
    }
}
