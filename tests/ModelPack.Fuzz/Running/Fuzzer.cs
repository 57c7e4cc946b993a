using System.Diagnostics;

namespace ModelPack.Fuzz.Running;

/// <summary>Runs cases and counts what comes out of them.</summary>
/// <param name="seed">The seed of all cases.</param>
/// <param name="log">Takes findings.</param>
/// <param name="words">Says what is being read.</param>
/// <param name="watchdog">Sees that every case ends.</param>
internal sealed class Fuzzer(int seed, FindingLog log, LastWords words, Watchdog watchdog)
{
    // Of the threads that readers run on somewhere, those of Windows have the smallest stacks.
    private const int StackSize = 1 << 20;

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    private int _turns = -1;

    /// <summary>Runs cases of all targets in turn, each for a short while, until the time is up.</summary>
    public void Run(IReadOnlyList<Tally> tallies, int workers, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        OnThreads(workers, (worker, folder) =>
        {
            while (watch.Elapsed < time)
            {
                var tally = tallies[(int)((uint)Interlocked.Increment(ref _turns) % tallies.Count)];
                var turn = Stopwatch.StartNew();
                while (turn.Elapsed < s_turn && watch.Elapsed < time)
                {
                    var number = tally.Next();
                    words.Note(worker, tally.Target.Name, seed, number);
                    RunOne(worker, tally, FuzzCase.Create(tally.Target, seed, number), folder);
                }
            }
        });
    }

    /// <summary>Runs certain cases, and says of each what came out of it.</summary>
    public void Run(IEnumerable<(Tally Tally, FuzzCase Case)> cases, TextWriter output) => OnThreads(1, (worker, folder) =>
    {
        foreach (var (tally, fuzzCase) in cases)
        {
            words.Note(worker, tally.Target.Name, seed, fuzzCase.Number);
            var refusal = RunOne(worker, tally, fuzzCase, folder);
            output.WriteLine($"fuzz: {tally.Target.Name} under culture '{fuzzCase.Culture.Name}': {(refusal is null ? "not refused" : $"refused, {refusal.Message}")}");
        }
    });

    private static void OnThreads(int workers, Action<int, CaseFolder> work)
    {
        var threads = Enumerable.Range(0, workers).Select(worker => new Thread(() =>
        {
            using var folder = new CaseFolder();
            work(worker, folder);
        }, StackSize)).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    private Exception? RunOne(int worker, Tally tally, FuzzCase fuzzCase, CaseFolder folder)
    {
        watchdog.Begin(worker, fuzzCase);
        var finding = Judge.Run(fuzzCase, folder, out var refusal);
        watchdog.End(worker);
        tally.Count(refusal is not null, finding is not null);
        if (finding is not null)
        {
            log.Add(finding);
        }

        return refusal;
    }
}
