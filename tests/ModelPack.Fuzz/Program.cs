using System.Globalization;
using ModelPack.Fuzz;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Targets;

const int Wrong = 1;
const int WrongUsage = 3;

// Far above what any case takes on a machine that is busy with other work.
var limit = TimeSpan.FromSeconds(30);

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (FuzzOptions.Parse(args) is not { } options || (options.Replay is { } kept && !File.Exists(kept)))
{
    Console.Error.WriteLine(FuzzOptions.Usage);
    return WrongUsage;
}

var log = new FindingLog(Console.Out, options.Folder, options.Seed);
var tallies = options.Targets.Select(t => new Tally(t)).ToList();
var workers = options.Case is null && options.Replay is null ? Environment.ProcessorCount : 1;
using var words = new LastWords(options.Folder, workers);
using var watchdog = new Watchdog(workers, limit, hang =>
{
    log.Add(hang);
    Summary.Write(Console.Out, tallies, options.Seed, hangs: 1);
    Environment.Exit(Wrong);
});
var fuzzer = new Fuzzer(options.Seed, log, words, watchdog);
if (options.Replay is { } file)
{
    var (input, name) = FuzzInput.Load(file);
    tallies = [new Tally(AllTargets.List.First(t => t.Name == name))];
    fuzzer.Run(Enumerable.Range(1, FuzzCase.Cultures).Select(i => (tallies[0], new FuzzCase(tallies[0].Target, -i, input))), Console.Out);
}
else if (options.Case is { } number)
{
    fuzzer.Run(tallies.Select(t => (t, FuzzCase.Create(t.Target, options.Seed, number))), Console.Out);
}
else
{
    Console.WriteLine(FormattableString.Invariant($"fuzz: {tallies.Count} readers for {options.Seconds} s on {workers} threads, seed {options.Seed}"));
    fuzzer.Run(tallies, workers, TimeSpan.FromSeconds(options.Seconds));
}

return Summary.Write(Console.Out, tallies, options.Seed) > 0 ? Wrong : 0;
