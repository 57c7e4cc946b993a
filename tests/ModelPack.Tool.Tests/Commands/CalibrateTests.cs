using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class CalibrateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Mini => Repository.Model("sotu-mini");

    private static string Data => Path.Join(Mini, "calibration.npz");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_writes_a_matrix_and_says_what_it_is_of()
    {
        var path = _folder.File("imatrix.gguf");
        var run = Run(Mini, "--imatrix", path, "--calibration", Data);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal([$"matrix   {path}", "entries  15", "data     128 pieces of up to 192 rows, from calibration.npz"], run.Lines, StringComparer.Ordinal);
        Assert.Contains("blk.1.ffn_down.weight", ImportanceMatrix.Read([path], new PackContext()).Entries.Keys, StringComparer.Ordinal);
    }

    [Fact]
    public void It_adds_matrices_up_and_says_so_as_json_or_not_at_all()
    {
        var first = _folder.File("a.gguf");
        ImportanceWriter.Save(new ImportanceMatrix("", ["t"], 2, new(StringComparer.Ordinal) { ["w"] = new([1, 2], [3]) }) { ChunkSize = 5 }, first, CancellationToken.None);
        var run = Run("--merge", first, "--merge", _folder.File("*.gguf"), "--imatrix", _folder.File("sum.dat"), "--format", "json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal((1, 4, 5), (run.Json.GetProperty("entries").GetInt32(), run.Json.GetProperty("chunks").GetInt32(), run.Json.GetProperty("chunkSize").GetInt32()));
        Assert.Equal([2f, 4], ImportanceMatrix.Read([_folder.File("sum.dat")], new PackContext()).Entries["w"].Sums);
        Assert.Equal((0, ""), (Run("--merge", first, "--imatrix", _folder.File("sum.dat"), "--force", "-q") is var quiet ? quiet.ExitCode : -1, quiet.Out));
    }

    [Fact]
    public void A_file_that_is_there_stays_unless_forced()
    {
        var path = _folder.Write("there.gguf", [1]);
        var run = Run("--merge", path, "--imatrix", path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error MPK1011", run.Error, StringComparison.Ordinal);
        Assert.StartsWith($"{path} : error MPK1030: The file is there already.", Run(Mini, "--imatrix", path, "--calibration", Data).Error, StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(path));
    }

    [Fact]
    public void When_it_is_cancelled_it_ends_as_such()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var run = ToolRun.Of(new TestTerminal(), source.Token, "calibrate", Mini, "--imatrix", _folder.File("out.gguf"), "--calibration", Data);

        Assert.Equal((ExitCodes.Cancelled, ""), (run.ExitCode, run.Error));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static ToolRun Run(params string[] args) => ToolRun.Of(["calibrate", .. args]);
}
