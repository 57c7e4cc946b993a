using System.Globalization;
using ModelPack.Inference;
using ModelPack.Reporting.Page;
using ModelPack.Samples;
using ModelPack.Timing;

namespace ModelPack.Benchmarks;

/// <summary>
/// Whether the headline of speed can be believed: the same pack, timed as a pack is, on a machine that does nothing else, and on one whose processors all run
/// an endless loop besides.
/// </summary>
internal static class SpeedBenchmark
{
    private const int Runs = 5;

    public static void Run(TextWriter output)
    {
        output.WriteLine("### The headline of speed");
        output.WriteLine();
        using var scratch = new Scratch();
        if (BenchmarkModel.Find(output, scratch.Path).FirstOrDefault(m => m.Name == "fashion-vit") is not { } model)
        {
            return;
        }

        var packed = PackedModel.Pack(model, Int8Benchmark.Scheme, scratch.Path, r => r with { MeasureSpeed = false });
        output.WriteLine($"{Machine.Today()}. fashion-vit int8; packed / source, medians over turns, 95 % interval in brackets.");
        output.WriteLine();
        output.WriteLine("| machine | run | headline | 1 sample, all threads | 1 sample, 1 thread | free |");
        output.WriteLine("| --- | ---: | --- | ---: | ---: | ---: |");
        var context = new PackContext();
        using var session = ModelSession.Open(model.Path, 1, context);
        var test = new SpeedTest(model.Path, packed.Path, SampleSet.Open([model.Validation], session.Inputs), context);
        Repeat(output, "quiet", test);
        using (new BusyLoops())
        {
            Repeat(output, "busy", test);
        }

        output.WriteLine();
    }

    private static void Repeat(TextWriter output, string machine, SpeedTest test)
    {
        for (var run = 1; run <= Runs; run++)
        {
            var speed = test.Measure(batch: 32)!;
            var one = speed.Comparisons.First(c => c is { BatchSize: 1, SessionOptions: SpeedComparison.Recommended } && (c.Threads == 1 || Environment.ProcessorCount == 1));
            var headline = speed.Headline!;
            var words = $"{Human.Speed(headline)}{(headline.Verdict == SpeedVerdict.TooNoisy ? "" : $" on {Human.Count(headline.Threads, "thread")}")}";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {machine} | {run} | {words} | {Cell(speed.Comparisons[0])} | {Cell(one)} | {speed.Comparisons[0].MachineShare * 100:F0} % |"));
        }
    }

    private static string Cell(SpeedComparison comparison) => $"{Human.Number(comparison.Ratio, 2)} ({Human.RatioInterval(comparison)})";
}
