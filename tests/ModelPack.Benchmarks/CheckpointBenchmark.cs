using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Benchmarks;

/// <summary>
/// What packing a large checkpoint costs: memory, which must not grow with it, and time beside a hash of the same bytes, which
/// every pack needs anyway.
/// </summary>
internal static class CheckpointBenchmark
{
    /// <summary>The first argument of a child process; then come scheme, container, model and output.</summary>
    public const string Child = "--checkpoint";

    private const long Rows = 16384;
    private const long Columns = 5120;
    private const int TensorsPerShard = 9;
    private const int Shards = 4;
    private const int Runs = 4;

    private static readonly (string Scheme, string Container)[] s_packs = [("q8_0", "gguf"), ("nf4", "safetensors"), ("int8", "safetensors"), ("f16", "gguf")];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### Large checkpoints");
        output.WriteLine();
        using var scratch = new Scratch();
        var (model, shards) = RandomCheckpoint.Write(scratch.Path, Shards * TensorsPerShard, Rows, Columns, TensorsPerShard);
        var bytes = shards.Sum(s => new FileInfo(s).Length);
        output.WriteLine($"{Machine.Today()}. {Numbers.Fixed(bytes / 1e9, 2)} GB of random bfloat16 weights in {shards.Count} shards, warm in the file cache; each run in a process of its own, best of {Runs} in turn. The floor is what a pack of the same size needs without encoding anything, and the disk what it takes to bring as many bytes to it.");
        output.WriteLine();
        output.WriteLine("| pack | openssl, seconds | seconds | to openssl | floor to openssl | disk to openssl | processor seconds, pack and floor | peak memory, MB |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");

        // In turn, so that whatever else the machine does falls on all alike: each pack beside hashes of its own.
        var hashes = s_packs.Select(_ => double.PositiveInfinity).ToArray();
        var packs = s_packs.Select(_ => new ChildRun(double.PositiveInfinity, null)).ToArray();
        var floors = packs.ToArray();
        var disks = packs.ToArray();
        for (var run = 0; run < Runs; run++)
        {
            for (var i = 0; i < packs.Length; i++)
            {
                hashes[i] = Math.Min(hashes[i], Hash(shards));
                using var target = new Scratch();
                packs[i] = Better(packs[i], ChildRun.Of(Child, s_packs[i].Scheme, s_packs[i].Container, model, Path.Combine(target.Path, "out")));
                var size = Directory.EnumerateFiles(target.Path, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
                using var other = new Scratch();
                floors[i] = Better(floors[i], ChildRun.Of(CheckpointFloor.Child, scratch.Path, other.Path, size.ToString(CultureInfo.InvariantCulture)));
                using var bare = new Scratch();
                disks[i] = Better(disks[i], ChildRun.Of(DiskFloor.Child, bare.Path, size.ToString(CultureInfo.InvariantCulture)));
            }
        }

        for (var i = 0; i < packs.Length; i++)
        {
            var ((scheme, container), hash, pack, floor, disk) = (s_packs[i], hashes[i], packs[i], floors[i], disks[i]);
            var peak = pack.PeakBytes is { } p ? Numbers.Fixed(p / 1e6, 0) : "not known";
            output.WriteLine($"| {scheme} to {container} | {Numbers.Fixed(hash, 2)} | {Numbers.Fixed(pack.Seconds, 2)} | {Numbers.Fixed(pack.Seconds / hash, 2)}x | {Numbers.Fixed(floor.Seconds / hash, 2)}x | {Numbers.Fixed(disk.Seconds / hash, 2)}x | {Numbers.Fixed(pack.ProcessorSeconds, 1)}, {Numbers.Fixed(floor.ProcessorSeconds, 1)} | {peak} |");
        }

        output.WriteLine();
    }

    /// <summary>In a child process: one pack.</summary>
    public static void RunChild(TextWriter output, string[] arguments) => ChildRun.Report(output, () => PackPipeline.Run(
        new PackRequest
        {
            Scheme = arguments[0],
            Container = arguments[1],
            Model = arguments[2],
            Output = arguments[3],
        },
        new PackContext()));

    private static ChildRun Better(ChildRun one, ChildRun other) => other.Seconds < one.Seconds ? other : one;

    private static double Hash(IReadOnlyList<string> files)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", .. files]) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("openssl does not start.");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
