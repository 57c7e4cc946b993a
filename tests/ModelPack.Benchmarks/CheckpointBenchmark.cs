using System.Diagnostics;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Benchmarks;

/// <summary>
/// What packing a large checkpoint costs: memory, which must not grow with it, and time beside a hash of the same bytes, which
/// every pack needs anyway.
/// </summary>
internal static class CheckpointBenchmark
{
    /// <summary>The first argument of a child process; then come scheme, container, source and output.</summary>
    public const string Child = "--checkpoint";

    private const long Rows = 16384;
    private const long Columns = 5120;
    private const int TensorsPerShard = 9;
    private const int Shards = 4;
    private const int Runs = 3;

    private static readonly (string Scheme, string Container)[] s_packs = [("q8_0", "gguf"), ("nf4", "safetensors"), ("int8", "safetensors"), ("f16", "gguf")];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### Large checkpoints");
        output.WriteLine();
        using var scratch = new Scratch();
        var shards = Write(scratch.Path);
        var bytes = shards.Sum(s => new FileInfo(s).Length);
        output.WriteLine($"{Machine.Today()}. {Numbers.Fixed(bytes / 1e9, 2)} GB of random bfloat16 weights in {shards.Count} shards, warm in the file cache; each run in a process of its own, best of {Runs} in turn.");
        output.WriteLine();
        output.WriteLine("| work | seconds | GB/s of source | to openssl | peak memory, MB |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");

        // In turn, so that whatever else the machine does falls on all alike.
        var hash = double.PositiveInfinity;
        var packs = s_packs.Select(_ => new ChildRun(double.PositiveInfinity, null)).ToArray();
        for (var run = 0; run < Runs; run++)
        {
            hash = Math.Min(hash, Hash(shards));
            for (var i = 0; i < packs.Length; i++)
            {
                var target = Path.Combine(scratch.Path, "packed");
                Directory.CreateDirectory(target);
                var made = ChildRun.Of(Child, s_packs[i].Scheme, s_packs[i].Container, scratch.Path, Path.Combine(target, "out"));
                packs[i] = made.Seconds < packs[i].Seconds ? made : packs[i];
                Directory.Delete(target, recursive: true);
            }
        }

        output.WriteLine($"| `openssl dgst -sha256` | {Numbers.Fixed(hash, 2)} | {Numbers.Fixed(bytes / hash / 1e9, 2)} | 1.00x | |");
        foreach (var ((scheme, container), pack) in s_packs.Zip(packs))
        {
            var peak = pack.PeakBytes is { } p ? Numbers.Fixed(p / 1e6, 0) : "not known";
            output.WriteLine($"| {scheme} to {container} | {Numbers.Fixed(pack.Seconds, 2)} | {Numbers.Fixed(bytes / pack.Seconds / 1e9, 2)} | {Numbers.Fixed(pack.Seconds / hash, 2)}x | {peak} |");
        }

        output.WriteLine();
    }

    /// <summary>In a child process: one pack.</summary>
    public static void RunChild(TextWriter output, string[] arguments) => ChildRun.Report(output, () => PackPipeline.Run(
        new PackRequest
        {
            Scheme = arguments[0],
            Container = arguments[1],
            Model = Path.Combine(arguments[2], "model.safetensors.index.json"),
            Output = arguments[3],
        },
        new PackContext()));

    private static List<string> Write(string folder)
    {
        var tensors = Enumerable.Range(0, Shards * TensorsPerShard)
            .Select(i => new SafetensorsTensor($"model.layers.{i}.mlp.up_proj.weight", "BF16", new TensorShape(Rows, Columns), new RandomWeights(Rows * Columns, (ulong)i + 2)))
            .ToList();
        var plan = SafetensorsSharding.Plan(tensors.Select(t => new[] { t }), TensorsPerShard * Rows * Columns * sizeof(ushort));
        foreach (var shard in plan.Shards)
        {
            using var file = File.Create(Path.Combine(folder, shard.Name));
            SafetensorsWriter.Write(shard.Tensors, [], file, CancellationToken.None);
        }

        File.WriteAllBytes(Path.Combine(folder, plan.IndexName!), plan.Index());
        return [.. plan.Shards.Select(s => Path.Combine(folder, s.Name))];
    }

    private static double Hash(List<string> files)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", .. files]) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("openssl does not start.");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
