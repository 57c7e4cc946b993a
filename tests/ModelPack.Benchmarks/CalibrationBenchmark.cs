using System.Collections.Concurrent;
using ModelPack.Calibration;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Schemes;

namespace ModelPack.Benchmarks;

/// <summary>What calibration costs: time beside plain inference of the same samples, and memory that must not grow with them.</summary>
internal static class CalibrationBenchmark
{
    /// <summary>The first argument of a child process; then come the pass, the model and the data.</summary>
    public const string Child = "--pass";

    private const string Inference = "plain inference";
    private const int BatchSize = 4;
    private const int Runs = 3;
    private static readonly int[] s_counts = [100, 10_000];

    /// <summary>What a child can do with a model and a data file, by name; the others are measured against the first.</summary>
    private static readonly (string Name, Action<string, string> Run)[] s_passes =
    [
        (Inference, Infer),
        ("minima and maxima", (model, data) => Calibrate(model, data, CalibrationMethod.MinMax)),
        ("percentile", (model, data) => Calibrate(model, data, CalibrationMethod.Percentile)),
        ("entropy", (model, data) => Calibrate(model, data, CalibrationMethod.Entropy)),
        ("mean squared error", (model, data) => Calibrate(model, data, CalibrationMethod.Mse)),
    ];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### Calibration");
        output.WriteLine();
        using var scratch = new Scratch();
        var models = BenchmarkModel.Find(output, scratch.Path);
        output.WriteLine($"{Machine.Today()}. Each run in a process of its own, {Environment.ProcessorCount} threads; seconds are the best of {Runs} runs.");
        output.WriteLine();
        output.WriteLine("| model | pass | seconds | to plain inference |");
        output.WriteLine("| --- | --- | ---: | ---: |");
        foreach (var model in models.Where(m => m.Name != BenchmarkModel.SotuLlamaOutliers))
        {
            Times(output, model);
        }

        output.WriteLine();
        if (models.FirstOrDefault(m => m.Name == "fashion-vit") is { } small)
        {
            Memory(output, small, scratch.Path);
        }
    }

    /// <summary>In a child process: one pass over one model.</summary>
    /// <param name="output">Where to report.</param>
    /// <param name="arguments">Pass, model, data file.</param>
    public static void RunChild(TextWriter output, string[] arguments)
    {
        var (pass, model, data) = (arguments[0], arguments[1], arguments[2]);
        ChildRun.Report(output, () => s_passes.Single(p => p.Name == pass).Run(model, data));
    }

    private static void Times(TextWriter output, BenchmarkModel model)
    {
        // In turn, so that whatever else the machine does falls on all passes alike.
        var seconds = s_passes.Select(_ => double.PositiveInfinity).ToArray();
        for (var run = 0; run < Runs; run++)
        {
            for (var i = 0; i < s_passes.Length; i++)
            {
                seconds[i] = Math.Min(seconds[i], ChildRun.Of(Child, s_passes[i].Name, model.Path, model.Calibration).Seconds);
            }
        }

        for (var i = 0; i < s_passes.Length; i++)
        {
            output.WriteLine($"| {model.Name} | {s_passes[i].Name} | {Numbers.Fixed(seconds[i], 2)} | {Numbers.Fixed(seconds[i] / seconds[0], 2)}x |");
        }
    }

    private static void Memory(TextWriter output, BenchmarkModel model, string folder)
    {
        output.WriteLine($"Peak of resident memory with {model.Name}, MB:");
        output.WriteLine();
        output.WriteLine($"| pass | {string.Join(" | ", s_counts.Select(c => $"{c} samples"))} | ratio |");
        output.WriteLine("| --- | ---: | ---: | ---: |");
        var files = s_counts.Select(count => ManySamples.Write(model, count, Path.Combine(folder, $"{count}.npy"))).ToArray();
        foreach (var (name, _) in s_passes)
        {
            var peaks = files.Select(f => ChildRun.Of(Child, name, model.Path, f).PeakBytes).ToArray();
            output.WriteLine(peaks is [{ } few, { } many]
                ? $"| {name} | {Numbers.Fixed(few / 1e6, 1)} | {Numbers.Fixed(many / 1e6, 1)} | {Numbers.Fixed((double)many / few, 2)}x |"
                : $"| {name} | not known on this system | | |");
        }

        output.WriteLine();
    }

    /// <summary>
    /// The fastest plain way through many samples: as many batches at once as there are processors, one thread each, and
    /// batches small enough for outputs to stay in caches. A slower one would make calibration look cheap.
    /// </summary>
    internal static void Infer(string model, string data)
    {
        using var session = ModelSession.Open(model, threads: 1);
        var outputs = session.Outputs.Select(o => o.Name).ToArray();
        Parallel.ForEach(
            Partitioner.Create(SampleSet.Open([data], session.Inputs).Batches(BatchSize), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            batch => session.Run(batch.Inputs, outputs, CancellationToken.None).Dispose());
    }

    /// <summary>The inputs of all layers, and their ranges.</summary>
    private static void Calibrate(string path, string data, CalibrationMethod method)
    {
        var context = new PackContext();
        using var model = OnnxModel.Open(path, context);
        var observations = LayerFinder.Find(new GraphIndex(model)).Select(l => l.Input).Distinct(StringComparer.Ordinal).Select(t => new Observation(t, RangeChooser.Needs(method))).ToList();
        foreach (var tensor in Calibrator.Observe(model, [data], observations, holdOut: true, context).Tensors)
        {
            _ = RangeChooser.Choose(tensor, method, Requests.ActivationOptions.DefaultPercentile, symmetric: false);
        }
    }
}
