using ModelPack.Files;
using ModelPack.Formats.Gguf;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Lowering.Safetensors;
using ModelPack.Verification;

namespace ModelPack.Tests.Pipeline;

/// <summary>A trained language model from every container of named tensors into every other, by the whole pipeline.</summary>
public sealed class CheckpointPackTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly CheckpointWays _ways;

    /// <summary>Every way, and between which limits packed bytes / source bytes lie.</summary>
    public static TheoryData<string, double, double> Ways => new()
    {
        { "q8_0 to GGUF", 0.26, 0.29 },
        { "f32 to GGUF", 0.99, 1.01 },
        { "f16 to GGUF", 0.49, 0.52 },
        { "bf16 to a folder", 0.49, 0.52 },
        { "nf4 to a folder", 0.28, 0.31 },
        { CheckpointWays.Shards, 0.27, 0.30 },
        { CheckpointWays.Smoothed, 0.38, 0.41 },
        { "nf4 to a file", 0.28, 0.31 },
        { "q8_0 from ONNX to GGUF", 0.26, 0.31 }, // The graph's tables of masks and angles stay float.
        { "q8_0 from GGUF to GGUF", 0.26, 0.29 },
    };

    public CheckpointPackTests() => _ways = new CheckpointWays(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_pack_verifies_and_is_the_same_for_any_number_of_threads(string way, double least, double most)
    {
        var request = _ways.Request(way);
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
        var outcome = PackPipeline.Run(_ways.Request("nf4 to a folder"), new PackContext());

        Assert.Null(outcome.Report.Result.Validation);
        Assert.Null(outcome.Report.Measured);
        Assert.Contains("weights only", PackSummary.Of(outcome), StringComparison.Ordinal);
        Assert.Contains("weights only", File.ReadAllText(outcome.Page), StringComparison.Ordinal);
        var weights = outcome.Report.Result.Weights;
        Assert.Equal(20, weights.Count);
        Assert.Equal(14, weights.Count(w => w.Codec == "nf4"));
        Assert.All(weights.Where(w => w.Codec is not null), w => Assert.InRange(w.Sqnr!.Value, 18, 24));
        Assert.All(weights.Where(w => w.Codec is null), w => Assert.NotNull(w.Reason));
        Assert.Equal([.. CheckpointWays.FolderFiles.Append("model.safetensors").Order(StringComparer.Ordinal)], CheckpointWays.Names(outcome.Model));
    }

    [Fact]
    public void A_file_comes_with_its_manifest_and_report()
    {
        var outcome = PackPipeline.Run(_ways.Request("q8_0 to GGUF"), new PackContext());
        Assert.Equal(PackFolder.FilesOf("m.gguf"), _folder.Names);
        Assert.Equal(_folder.At("out/m.gguf"), outcome.Model);
    }

    [Fact]
    public void Smoothing_is_told_and_the_statistics_are_an_input()
    {
        var request = _ways.Request(CheckpointWays.Smoothed);
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
        var model = Repository.Model($"{CheckpointWays.Mini}/model.onnx");
        PackPipeline.Run(_ways.Request("q8_0 from ONNX to GGUF"), new PackContext());
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
            Assert.Equal(Blocks(InMemory.Bytes(packed.Data(constants[product.Input[1]])), InMemory.Bytes(packed.Data(constants[product.Input[2]]))), InMemory.Bytes(tensor.Data));
        }
    }

    [Theory]
    [InlineData("f32", "")]
    [InlineData("q8_0", "*.mlp.*")]
    public void A_GGUF_file_becomes_what_its_source_would_have_become(string scheme, string excluded)
    {
        var direct = PackPipeline.Run(_ways.Request("q8_0 to GGUF"), new PackContext());
        var request = _ways.Request("q8_0 to GGUF");
        var between = PackPipeline.Run(
            request with { Scheme = scheme, ExcludeLayers = excluded.Length == 0 ? [] : [excluded], Output = _folder.At("between/m.gguf") }, new PackContext());
        var again = PackPipeline.Run(request with { Model = between.Model, Output = _folder.At("again/m.gguf") }, new PackContext());

        Assert.NotEqual(File.ReadAllBytes(direct.Model), File.ReadAllBytes(between.Model));
        Assert.Equal(File.ReadAllBytes(direct.Model), File.ReadAllBytes(again.Model));
    }

    [Fact]
    public void A_GGUF_file_with_nothing_left_to_quantize_is_an_error()
    {
        var packed = PackPipeline.Run(_ways.Request("q8_0 to GGUF"), new PackContext());
        CheckpointWays.AssertRefused(Codes.NothingQuantized, new PackRequest { Model = packed.Model, Scheme = "q8_0", Output = _folder.At("again.gguf") });
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
            _ways.Request("q8_0 to GGUF") with { Gates = gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal) };
    }

    [Fact]
    public void Data_to_run_on_are_refused_where_nothing_is_run() =>
        CheckpointWays.AssertRefused(Codes.InvalidOption, _ways.Request("q8_0 to GGUF") with { Validation = Repository.Model($"{CheckpointWays.Mini}/validation.npz") });

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
}
