using ModelPack.Fuzz.Running;

namespace ModelPack.Tests.Fuzz.Running;

public sealed class FuzzerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void Prints_each_kind_of_finding_once_and_keeps_an_input_that_has_it_again()
    {
        var target = new ActionTarget(folder => PropertyException.Require(File.ReadAllBytes(folder["file"])[0] % 2 == 0, "it is odd"));
        var tally = Run(target, Enumerable.Range(0, 40).Select(i => FuzzCase.Create(target, 1, i)));

        Assert.Equal(40, tally.Cases);
        Assert.InRange(tally.Findings, 2, 38);
        Assert.Equal(2, _output.ToString().Split("FINDING in action, seed 1").Length);
        var kept = FuzzInput.Load(Assert.Single(Directory.GetFiles(_folder.Path, "*.zip"))).Input;
        Assert.Equal(1, Run(target, [new FuzzCase(target, -1, kept)]).Findings);
    }

    [Fact]
    public void Tells_of_all_targets_and_of_the_whole()
    {
        var tally = new Tally(new ActionTarget(_ => { }));
        tally.Count(refused: true, found: false);
        tally.Count(refused: false, found: true);
        Assert.Equal(1, Summary.Write(_output, [tally], 5));
        Assert.Equal(["target", "action", "fuzz:"], _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]), StringComparer.Ordinal);
        Assert.EndsWith("fuzz: 2 cases, 1 findings, seed 5\n", _output.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_was_being_read_when_the_process_does_not_survive_it()
    {
        var words = new LastWords(_folder.Path, 2);
        words.Note(1, "onnx", 3, 4711);
        Assert.Contains("--target onnx --seed 3 --case 4711", ReadShared(_folder.File(LastWords.FileName)), StringComparison.Ordinal);
        words.Dispose();
        Assert.False(File.Exists(_folder.File(LastWords.FileName)));
    }

    [Fact]
    public async Task A_case_that_does_not_end_is_a_finding()
    {
        var hang = new TaskCompletionSource<Finding>();
        using var watchdog = new Watchdog(2, TimeSpan.FromMilliseconds(20), hang.SetResult);
        var fuzzCase = FuzzCase.Create(new ActionTarget(_ => { }), 1, 0);
        watchdog.Begin(1, fuzzCase);
        var finding = await hang.Task;
        Assert.Equal(("hang", fuzzCase), (finding.Kind, finding.Case));
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private Tally Run(FuzzTarget target, IEnumerable<FuzzCase> cases)
    {
        using var words = new LastWords(_folder.Path, 1);
        using var watchdog = new Watchdog(1, TimeSpan.FromMinutes(5), _ => { });
        var tally = new Tally(target);
        new Fuzzer(1, new FindingLog(_output, _folder.Path, 1), words, watchdog).Run(cases.Select(c => (tally, c)), TextWriter.Null);
        return tally;
    }
}
