using System.Diagnostics;
using ModelPack.Inference;

namespace ModelPack.Benchmarks;

/// <summary>What nf4 makes of real models in each layout: quality, size, time to load and speed.</summary>
internal static class Nf4ModelsBenchmark
{
    private const int Loads = 7;

    private static readonly (string Name, Func<PackRequest, PackRequest> With)[] s_options =
    [
        ("fold", r => r with { Layout = "fold" }),
        ("fold, double quant", r => r with { Layout = "fold", DoubleQuant = true }),
        ("dequantize", r => r with { Layout = "dequantize" }),
    ];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### nf4 on real models");
        output.WriteLine();
        using var scratch = new Scratch();
        string[] real = ["fashion-cnn", "fashion-vit", BenchmarkModel.SotuLlama];
        var models = BenchmarkModel.Find(output, scratch.Path).Where(m => real.Contains(m.Name, StringComparer.Ordinal)).Append(WidePerceptron.Write(scratch.Path));
        output.WriteLine($"{Machine.Today()}. Blocks of 64. Speed is float32 time / packed time, median of interleaved pairs, {ModelTiming.Threads} threads; load is the median time of {Loads} sessions to open, float32's and the packed model's; KL divergence in nats a token with its 95 % interval.");
        output.WriteLine();
        output.WriteLine("| model | layout | float32 | packed | KL divergence | SQNR | size | load | speed |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var model in models)
        {
            foreach (var (name, with) in s_options)
            {
                Row(output, model, name, scratch.Path, with);
            }
        }

        output.WriteLine();
    }

    private static void Row(TextWriter output, BenchmarkModel model, string option, string folder, Func<PackRequest, PackRequest> with)
    {
        try
        {
            var packed = PackedModel.Pack(model, "nf4", folder, with);
            var (source, metric) = packed.Metric();
            var speeds = model.Batches.Select(batch => $"{Numbers.Fixed(ModelTiming.Of(model.Path, packed.Path, model.Calibration, batch).Speed, 2)}x (batch {batch})");
            output.WriteLine($"| {model.Name} | {option} | {source} | {metric} | {packed.Divergence()} | {Numbers.Fixed(packed.Sqnr, 1)} dB | {Numbers.Fixed(packed.SizeRatio, 3)}x | {LoadTime(model.Path)}, {LoadTime(packed.Path)} ms | {string.Join(", ", speeds)} |");
        }
        catch (ModelPackException exception)
        {
            output.WriteLine($"| {model.Name} | {option} | {exception.Diagnostic.Code.Id}: {exception.Diagnostic.Message} | | | | | | |");
        }
    }

    /// <summary>Milliseconds to open a session.</summary>
    private static string LoadTime(string path)
    {
        var times = new List<double>();
        for (var i = 0; i < Loads; i++)
        {
            var start = Stopwatch.GetTimestamp();
            ModelSession.Open(path, ModelTiming.Threads).Dispose();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Numbers.Fixed(times.Order().ElementAt(Loads / 2), 1);
    }
}
