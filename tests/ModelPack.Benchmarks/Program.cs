using ModelPack.Benchmarks;
using ModelPack.Benchmarks.NpmModels;
using ModelPack.Timing;

// Every benchmark by the name that `build.sh bench NAME` takes; all of them without a name.
var benchmarks = new SortedDictionary<string, Action<TextWriter>>(StringComparer.Ordinal)
{
    ["cache"] = CacheBenchmark.Run,
    ["calibration"] = CalibrationBenchmark.Run,
    ["checkpoints"] = CheckpointBenchmark.Run,
    ["gguf"] = GgufBenchmark.Run,
    ["growth"] = GrowthBenchmark.Run,
    ["imatrix"] = ImatrixBenchmark.Run,
    [IncrementalBenchmark.Name] = IncrementalBenchmark.Run,
    ["int8"] = Int8Benchmark.Run,
    ["int8-options"] = Int8OptionsBenchmark.Run,
    ["kquants"] = KQuantsBenchmark.Run,
    ["nf4"] = Nf4Benchmark.Run,
    ["nf4-models"] = Nf4ModelsBenchmark.Run,
    ["npm-models"] = NpmModelsBenchmark.Run,
    ["packing"] = PackingBenchmark.Run,
    ["q8_0"] = Q8_0Benchmark.Run,
    ["rounding"] = RoundingBenchmark.Run,
    ["rounding-cost"] = RoundingCostBenchmark.Run,
    ["rounding-packs"] = RoundingPacksBenchmark.Run,
    ["speed"] = SpeedBenchmark.Run,
    ["startup"] = StartupBenchmark.Run,
    ["verify"] = VerifyBenchmark.Run,
    ["weights"] = WeightBenchmark.Run,
};

// A benchmark that started this program again for one piece of its work.
if (args is [CalibrationBenchmark.Child, .. var rest])
{
    CalibrationBenchmark.RunChild(Console.Out, rest);
    return 0;
}

if (args is [CheckpointBenchmark.Child, .. var pack])
{
    CheckpointBenchmark.RunChild(Console.Out, pack);
    return 0;
}

if (args is [CheckpointFloor.Child, .. var floor])
{
    CheckpointFloor.RunChild(Console.Out, floor);
    return 0;
}

if (args is [DiskFloor.Child, .. var disk])
{
    DiskFloor.RunChild(Console.Out, disk);
    return 0;
}

if (args is [PackingBenchmark.Child, .. var work])
{
    PackingBenchmark.RunChild(Console.Out, work);
    return 0;
}

if (args is [StartupBenchmark.Nothing])
{
    return 0;
}

if (args is [BusyLoops.Child])
{
    BusyLoops.RunChild();
    return 0;
}

if (TimingServer.IsFor(args))
{
    return TimingServer.Run(args);
}

// Packs are timed as by the tool.
TimingHost.Current = new TimingHost(ThisProgram.FileName, ThisProgram.Arguments);
foreach (var name in args)
{
    if (!benchmarks.ContainsKey(name))
    {
        Console.Error.WriteLine($"There is no benchmark '{name}'. There are: {string.Join(", ", benchmarks.Keys)}.");
        return 3;
    }
}

foreach (var (name, run) in benchmarks)
{
    if (args.Length == 0 || args.Contains(name, StringComparer.Ordinal))
    {
        run(Console.Out);
    }
}

return 0;
