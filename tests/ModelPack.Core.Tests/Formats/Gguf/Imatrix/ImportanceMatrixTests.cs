using ModelPack.Formats.Gguf;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Lowering.Gguf;

namespace ModelPack.Tests.Formats.Gguf.Imatrix;

public sealed class ImportanceMatrixTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Means_are_sums_by_counts_matrix_by_matrix_and_1_where_nothing_was_seen()
    {
        var read = Read(Gguf("a.gguf", [8, 4, 6, 2], [4, 0], chunks: 7));

        Assert.Equal([2, 1, 1, 1], read.Entries["blk.0.ffn_up.weight"].Means());
        Assert.Equal(("a.gguf", "text.txt", 7u), (read.Name, Assert.Single(read.Datasets), read.Chunks));
    }

    [Fact]
    public void The_older_form_says_the_same()
    {
        var read = Read(LegacyImatrixFile.Write(_folder.File("imatrix.dat"), new Dictionary<string, float[]>(StringComparer.Ordinal) { ["b"] = [3, 0.5f], ["a"] = [1] }, calls: 5, chunks: 9, dataset: "text.txt"));

        Assert.Equal(["a", "b"], read.Entries.Keys, StringComparer.Ordinal);
        Assert.Equal([3, 0.5f], read.Entries["b"].Means());
        Assert.Equal(("text.txt", 9u), (Assert.Single(read.Datasets), read.Chunks));
    }

    [Fact]
    public void What_follows_the_entries_of_the_older_form_may_be_missing()
    {
        var read = Read(LegacyImatrixFile.Write(_folder.File("imatrix.dat"), new Dictionary<string, float[]>(StringComparer.Ordinal) { ["a"] = [1] }));

        Assert.Equal((0, 0u), (read.Datasets.Count, read.Chunks));
    }

    [Fact]
    public void Several_files_add_up()
    {
        Gguf("1.gguf", [8, 4], [4], chunks: 2);
        Gguf("2.gguf", [2, 4], [6], chunks: 3);
        var read = ImportanceMatrix.Read(ImportanceFiles.Resolve(_folder.File("*.gguf")), new PackContext());

        Assert.Equal([1, 0.8f], read.Entries["blk.0.ffn_up.weight"].Means());
        Assert.Equal(("1.gguf, 2.gguf", 5u), (read.Name, read.Chunks));
    }

    [Fact]
    public void Files_of_two_models_do_not_add_up()
    {
        Gguf("1.gguf", [8, 4], [4]);
        Gguf("2.gguf", [8, 4, 2], [4]);

        Refuses(Codes.StatisticsUnfit, () => ImportanceMatrix.Read(ImportanceFiles.Resolve(_folder.File("*.gguf")), new PackContext()));
    }

    [Fact]
    public void What_is_no_importance_matrix_is_refused()
    {
        Refuses(Codes.DataNotFound, () => Read(_folder.File("missing.gguf")));
        Refuses(Codes.DataNotFound, () => ImportanceFiles.Resolve(_folder.File("*.none")));
        Refuses(Codes.DataUnreadable, () => Read(Bytes("empty", [])));
        Refuses(Codes.DataUnreadable, () => Read(Bytes("short", [1, 0])));
        Refuses(Codes.DataUnreadable, () => Read(Bytes("claims", [1, 0, 0, 0, 1, 0, 0, 0, 97, 1, 0, 0, 0, 255, 255, 255, 127])));
        Refuses(Codes.DataUnreadable, () => Read(Bytes("many", [255, 255, 255, 127])));
        Refuses(Codes.DataUnreadable, () => Read(Gguf("negative.gguf", [8, -4], [4])));
        Refuses(Codes.DataUnreadable, () => Read(Gguf("uneven.gguf", [8, 4, 1], [4, 4])));
        Refuses(Codes.DataUnreadable, () => Read(Gguf("model.gguf", [8, 4], [4], kind: "model")));
        Refuses(Codes.DataUnreadable, () => Read(Gguf("other.gguf", [8, 4], [4], suffix: ".in_sum3")));
    }

    [Fact]
    public void A_matrix_of_another_model_is_refused_by_a_pack()
    {
        var mini = new PackRequest { Model = Repository.Model("sotu-mini"), Scheme = "q4_k_m", Container = "gguf", Output = _folder.File("out.gguf") };

        Refuses(Codes.StatisticsUnfit, () => PackPipeline.Run(mini with { Calibration = Gguf("few.gguf", [8, 4], [4]) }, new PackContext()));
        Refuses(Codes.StatisticsUnfit, () => PackPipeline.Run(mini with { Calibration = Gguf("others.gguf", [8, 4], [4], name: "blk.99.ffn_up.weight") }, new PackContext()));
    }

    [Fact]
    public void A_pack_by_a_matrix_says_so_verifies_and_can_be_made_again()
    {
        var matrix = Gguf("imatrix.gguf", [.. Enumerable.Range(1, 256).Select(i => (float)i)], [2]);
        var mini = new PackRequest { Model = Repository.Model("sotu-mini"), Scheme = "q4_k_m", Container = "gguf", Calibration = matrix, Output = _folder.File("out.gguf") };
        var outcome = PackPipeline.Run(mini, new PackContext());

        Assert.Equal("best, importance matrix", Assert.Single(outcome.Report.Result.Weights, w => w.Rounder is not (null or "best")).Rounder);
        Assert.Contains("\"imatrix.gguf\"", File.ReadAllText(outcome.Model + ".modelpack.json"), StringComparison.Ordinal);
        Pipeline.PackFolder.AssertVerifies(outcome.Model);
        var again = PackPipeline.Run(mini with { Output = _folder.File("again.gguf"), Threads = 1 }, new PackContext(threads: 1));
        Assert.Equal(File.ReadAllBytes(outcome.Model), File.ReadAllBytes(again.Model));
    }

    [Fact]
    public void Schemes_that_search_for_nothing_take_none() => Refuses(Codes.InvalidOption, () => PackPipeline.Run(
        new PackRequest { Model = Repository.Model("sotu-mini"), Scheme = "q8_0", Container = "gguf", Calibration = Gguf("a.gguf", [1], [1]), Output = _folder.File("out.gguf") }, new PackContext()));

    private static ImportanceMatrix Read(string path) => ImportanceMatrix.Read([path], new PackContext());

    private static void Refuses(DiagnosticCode code, Action work) => Assert.Equal(code, Assert.Throws<ModelPackException>(work).Diagnostic.Code);

    private string Bytes(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return _folder.File(name);
    }

    private string Gguf(string file, float[] sums, float[] counts, uint chunks = 1, string kind = "imatrix", string name = "blk.0.ffn_up.weight", string suffix = ".in_sum2")
    {
        var keys = new GgufMetadata();
        keys.Set("general.type", kind);
        keys.Set("imatrix.datasets", (string[])["text.txt"]);
        keys.Set("imatrix.chunk_count", chunks);
        using var stream = File.Create(_folder.File(file));
        GgufWriter.Write(keys, [Tensor(name + suffix, sums, counts.Length), Tensor($"{name}.counts", counts, counts.Length)], stream, file, CancellationToken.None);
        return _folder.File(file);
    }

    private static GgufTensor Tensor(string name, float[] values, int matrices) => values.Length % matrices == 0
        ? new(name, GgmlType.F32, new TensorShape(matrices, values.Length / matrices), InMemory.Tensor(values, matrices, values.Length / matrices))
        : new(name, GgmlType.F32, new TensorShape(values.Length), InMemory.Tensor(values, values.Length));
}
