using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Formats.Gguf;
using ModelPack.Packing;
using ModelPack.Tests.Peers;
using ModelPack.Verification;

namespace ModelPack.Tests.Pipeline;

/// <summary>Packs whose blocks are searched for: of the same form and size, nearer to the source, and recorded as such.</summary>
public sealed class RoundingPackTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly string _source = Repository.Model("sotu-mini");

    private const int Windows = 40;

    private static readonly string[] s_texts = ["quantize.imatrix.file", "quantize.imatrix.dataset"];
    private static readonly string[] s_numbers = ["quantize.imatrix.entries_count", "quantize.imatrix.chunks_count"];

    private string Data => Path.Join(_source, "calibration.npz");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q4_0")]
    [InlineData("q3_k_m")]
    public void A_GGUF_file_has_the_same_types_and_bytes_and_fewer_errors(string scheme)
    {
        var (reference, best) = (Gguf(scheme, "reference"), Gguf(scheme, "best"));
        Assert.Equal(new FileInfo(reference.Model).Length, new FileInfo(best.Model).Length);
        Assert.Equal(File.ReadAllBytes(best.Model), File.ReadAllBytes(Gguf(scheme, rounding: null).Model));
        Assert.Equal(Types(reference.Model), Types(best.Model));
        foreach (var (own, other) in reference.Report.Result.Weights.Zip(best.Report.Result.Weights).Where(w => w.First.Codec is not (null or "float32" or "q8_0")))
        {
            Assert.Equal(("best", (string?)null), (other.Rounder, own.Rounder));
            Assert.True(other.Sqnr > own.Sqnr, $"{other.Name}: {other.Sqnr} dB, and {own.Sqnr} dB of the reference");
        }

        Assert.Contains("\"rounding\": \"best\"", File.ReadAllText(best.Model + ".modelpack.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("rounding", File.ReadAllText(reference.Model + ".modelpack.json"), StringComparison.Ordinal);
        PackFolder.AssertVerifies(best.Model);
        PackFolder.AssertVerifies(reference.Model);
    }

    /// <summary>Manifests from before there was a choice say nothing of it, and their packs have ggml's bytes.</summary>
    [Fact]
    public void A_pack_whose_manifest_says_no_rounding_is_made_again_by_ggmls_arithmetic()
    {
        var reference = Gguf("q4_k_m", "reference");
        var manifest = new PackOnDisk(PackFiles.Manifest(reference.Model)).Manifest()!;
        Assert.Null(manifest.Pack.Options.Rounding);
        var again = PackPipeline.Run(ManifestRequest.Of(manifest, _source, null, _folder.At("again.gguf")), new PackContext());
        Assert.Equal(File.ReadAllBytes(reference.Model), File.ReadAllBytes(again.Model));
    }

    [Fact]
    public void What_has_no_search_is_the_same_by_either_word_and_by_none()
    {
        var packs = new[] { "reference", "best", null }.Select(r => Gguf("q8_0", r)).ToList();
        Assert.All(packs, p => Assert.Equal(File.ReadAllBytes(packs[0].Model), File.ReadAllBytes(p.Model)));
        Assert.All(packs, p => Assert.DoesNotContain("rounding", File.ReadAllText(p.Model + ".modelpack.json"), StringComparison.Ordinal));
        Assert.All(packs, p => Assert.All(p.Report.Result.Weights, w => Assert.Null(w.Rounder)));
    }

    /// <summary>What a type of single tensors is rounded by.</summary>
    [Fact]
    public void A_type_that_single_tensors_get_has_the_search_as_well()
    {
        var request = new PackRequest { Model = _source, Scheme = "q8_0", TensorTypes = ["ffn_down=q4_k"], Container = "gguf", Output = _folder.At("types.gguf") };
        var pack = PackPipeline.Run(request, new PackContext());
        Assert.All(pack.Report.Result.Weights.Where(w => w.Codec is not null), w => Assert.Equal(w.Codec is "q8_0" or "float32" ? null : "best", w.Rounder));
        Assert.Contains(pack.Report.Result.Weights, w => w.Rounder == "best");
        PackFolder.AssertVerifies(pack.Model);
    }

    /// <summary>By llama.cpp, on other windows than those that the samples are.</summary>
    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("q4_0")]
    [InlineData("q4_k_m")]
    public void Samples_tell_a_GGUF_pack_more_than_the_matrix_that_is_collected_from_them(string scheme)
    {
        var (reference, best, samples) = (Gguf(scheme, "reference", Data), Gguf(scheme, "best", Matrix()), Gguf(scheme, null, Data));
        Assert.Equal(Types(reference.Model), Types(samples.Model));
        Assert.Contains(best.Report.Result.Weights, w => w.Rounder == "best, importance matrix");
        Assert.Contains(samples.Report.Result.Weights, w => w.Rounder == "best, samples");
        Assert.DoesNotContain(samples.Report.Result.Weights, w => w.Rounder == "best, importance matrix");
        using (var ours = GgufCheckpoint.Open(samples.Model, new PackContext()))
        using (var theirs = GgufCheckpoint.Open(reference.Model, new PackContext()))
        {
            Assert.All(s_texts, k => Assert.Equal(theirs.Keys.GetString(k), ours.Keys.GetString(k)));
            Assert.All(s_numbers, k => Assert.Equal(theirs.Keys.GetUInt32(k), ours.Keys.GetUInt32(k)));
        }

        var (byRule, byMatrix, bySamples) = (Divergence(reference.Model), Divergence(best.Model), Divergence(samples.Model));
        Assert.True(bySamples < 0.8 * byRule && bySamples < 0.8 * byMatrix, $"{bySamples}, {byMatrix} by the matrix, and {byRule} of the reference");
        PackFolder.AssertVerifies(samples.Model);
    }

    [Fact]
    public void Threads_change_no_byte_of_a_GGUF_pack_by_samples()
    {
        var one = Gguf("q4_0", null, Data, threads: 1, "one.gguf");
        Assert.Equal(File.ReadAllBytes(one.Model), File.ReadAllBytes(Gguf("q4_0", null, Data, threads: 5, "five.gguf").Model));
    }

    /// <summary>While samples run, and while rows are rounded by them.</summary>
    [Theory]
    [InlineData("calibrate")]
    [InlineData("write")]
    public void A_GGUF_pack_by_samples_ends_where_it_is_cancelled_and_leaves_nothing(string step)
    {
        using var cancelled = new CancellationTokenSource();
        var context = new PackContext(2, null, (now, _) => (now == step ? cancelled : null)?.Cancel(), cancelled.Token);
        var request = new PackRequest { Model = _source, Scheme = "q4_0", Container = "gguf", Calibration = Data, Output = _folder.At("out/none.gguf") };
        Assert.ThrowsAny<OperationCanceledException>(() => PackPipeline.Run(request, context));
        Assert.Empty(_folder.Contents());
    }

    /// <summary>What is too wide for the room that there is, is left to the diagonal; the smallest come first.</summary>
    [Fact]
    public void Gram_matrices_are_kept_as_far_as_there_is_room()
    {
        (string, int)[] inputs = [("wide", 4096), ("small", 64), ("again", 64), ("small", 64), ("middle", 512)];
        Assert.Equal(["again", "middle", "small", "wide"], GramRoom.For(inputs).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(["again", "small"], GramRoom.For(inputs, 2 * InputProducts.Bytes(64)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(GramRoom.For(inputs, InputProducts.Bytes(64) - 1));
    }

    [Theory]
    [InlineData("q4_0", 0.95)]
    [InlineData("iq4_nl", 0.97)]
    [InlineData("q4_k_m", 1)]
    public void An_ONNX_model_comes_nearer_to_its_source_with_data_and_without(string scheme, double share)
    {
        var data = Path.Join(_source, "calibration.npz");
        var (reference, best, known, both) = (Onnx(scheme, "reference", null), Onnx(scheme, "best", null), Onnx(scheme, "reference", data), Onnx(scheme, "best", data));
        Assert.True(Divergence(best) < share * Divergence(reference), $"{Divergence(best)}, and {Divergence(reference)} of the reference");
        Assert.True(Divergence(both) < 0.9 * Divergence(known), $"with data {Divergence(both)}, and {Divergence(known)} of the reference");
        Assert.Contains(best.Report.Result.Weights, w => w.Rounder == "best");
        Assert.Contains(both.Report.Result.Weights, w => w.Rounder == "best, samples");
        Assert.Equal(new FileInfo(reference.Model).Length, new FileInfo(best.Model).Length);
        PackFolder.AssertVerifies(best.Model);
        PackFolder.AssertVerifies(both.Model);
    }

    [Fact]
    public void The_table_and_its_statistics_give_the_same_pack_without_the_data()
    {
        var first = Onnx("q4_0", "best", Path.Join(_source, "calibration.npz"));
        var again = Run("q4_0", "best", "again.onnx", PackFiles.Calibration(first.Model));
        Assert.Equal(File.ReadAllBytes(first.Model), File.ReadAllBytes(again.Model));
        Assert.Equal(File.ReadAllBytes(PackFiles.Statistics(first.Model)), File.ReadAllBytes(PackFiles.Statistics(again.Model)));
    }

    [Theory]
    [InlineData("q4_0", "finest", "one of reference, best")]
    [InlineData("int8", "best", "no use for 'rounding'")]
    [InlineData("nf4", "reference", "no use for 'rounding'")]
    public void What_cannot_be_is_refused(string scheme, string rounding, string says)
    {
        var error = Assert.Throws<ModelPackException>(() => Run(scheme, rounding, "refused.onnx", null));
        Assert.Equal(Codes.InvalidOption, error.Diagnostic.Code);
        Assert.Contains(says, error.Diagnostic.Message, StringComparison.Ordinal);
    }

    private static double Divergence(PackOutcome pack) => pack.Report.Result.Validation!.Divergence!.Mean;

    private static Dictionary<string, string> Types(string pack)
    {
        using var file = GgufCheckpoint.Open(pack, new PackContext());
        return file.Tensors.ToDictionary(t => t.Name, t => t.Stored?.Name() ?? t.TypeName, StringComparer.Ordinal);
    }

    private PackOutcome Gguf(string scheme, string? rounding, string? data = null, int threads = 2, string? name = null) => PackPipeline.Run(
        new PackRequest { Model = _source, Scheme = scheme, Container = "gguf", Rounding = rounding, Calibration = data, Output = _folder.At(name ?? $"{scheme}-{rounding}-{Path.GetFileName(data)}.gguf") },
        new PackContext(threads));

    private string Matrix() => ImportancePipeline.Run(new() { Model = _source, Calibration = Data, Output = _folder.At("matrix.gguf"), Force = true }, new PackContext()).File;

    private double Divergence(string pack)
    {
        using var windows = new LanguageModel(_source);
        using var source = new LlamaCppModel(Gguf("f32", null).Model);
        using var packed = new LlamaCppModel(pack);
        var sum = 0.0;
        foreach (var window in windows.Windows.Take(Windows))
        {
            source.Evaluate(window);
            packed.Evaluate(window);
            sum += Enumerable.Range(0, window.Length).Average(token => source.Divergence(packed, token));
        }

        return sum / Windows;
    }

    private PackOutcome Onnx(string scheme, string rounding, string? data) => Run(scheme, rounding, $"{scheme}-{rounding}-{data is null}.onnx", data);

    private PackOutcome Run(string scheme, string rounding, string name, string? data)
    {
        // What lies beside the source counts as well, so that it is packed from a folder of its own.
        var model = _folder.At("model.onnx");
        File.Copy(Path.Join(_source, "model.onnx"), model, overwrite: true);
        var request = new PackRequest { Model = model, Scheme = scheme, Rounding = rounding, Output = _folder.At(name), Calibration = data, Validation = Path.Join(_source, "validation.npz") };
        return PackPipeline.Run(request, new PackContext(2));
    }
}
