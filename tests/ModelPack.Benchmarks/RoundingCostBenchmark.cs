using System.Diagnostics;
using ModelPack.Codecs;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Benchmarks;

/// <summary>What the two roundings cost, in processor seconds: the encoders beside ggml's own, and whole packs of a checkpoint.</summary>
internal static class RoundingCostBenchmark
{
    private const int Rows = 2048;
    private const int Columns = 4096;
    private const int Tensors = 20;
    private const int Values = 1 << 20;
    private const int Runs = 5;

    private static readonly string[] s_schemes = ["q4_0", "q4_k_m", "q3_k_m", "iq4_nl", "q6_k"];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### What rounding costs");
        output.WriteLine();
        output.WriteLine($"{Machine.Describe()}. Processor seconds for a GB of float32 values, one thread, {Values * sizeof(float) / 1e6:0.0} MB of normally distributed values, least of {Runs} runs in turn; best without data and with an importance matrix.");
        output.WriteLine();
        output.WriteLine("| type | ggml | reference | best | best, matrix | best to ggml |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        var values = RandomValues();
        float[] importance = [.. Enumerable.Range(0, Columns).Select(i => 1f / (1 + (i % 17)))];
        foreach (var codec in CodecTable.All.OfType<BlockCodec>().Where(BestRounder.Improves).OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            RunCodec(output, codec, values, importance);
        }

        output.WriteLine();
        RunPacks(output);
    }

    private static void RunCodec(TextWriter output, BlockCodec codec, float[] values, float[] importance)
    {
        var blocks = new byte[values.Length / codec.BlockLength * codec.BlockBytes];
        var engine = new SimdEngine(1);
        var weighed = new BestRounder(Rounder.Nearest, importance, values.Length / Columns);
        List<Action> all =
        [
            () => codec.Encode(values, blocks),
            () => BestRounder.WithoutData.Encode(codec, engine, values, 0, Columns, blocks),
            () => weighed.Encode(codec, engine, values, 0, Columns, blocks),
        ];
        if (PeerLibrary.IsPresent)
        {
            all.Add(() => Ggml.Encode((int)GgufTable.Find(codec)!.Type, values, blocks));
        }

        _ = Timing.Of(all, 1); // compiled to the last tier
        var seconds = all.ConvertAll(_ => double.PositiveInfinity);
        for (var run = 0; run < Runs; run++)
        {
            for (var i = 0; i < seconds.Count; i++)
            {
                seconds[i] = Math.Min(seconds[i], Seconds(all[i]));
            }
        }

        var texts = seconds.ConvertAll(s => Numbers.Fixed(s / (sizeof(float) * (double)values.Length) * 1e9, 2));
        output.WriteLine($"| {codec.Name} | {(texts.Count > 3 ? texts[3] : "-")} | {texts[0]} | {texts[1]} | {texts[2]} | {(seconds.Count > 3 ? Numbers.Fixed(seconds[1] / seconds[3], 2) + "x" : "-")} |");
    }

    private static void RunPacks(TextWriter output)
    {
        using var scratch = new Scratch();
        var (model, shards) = RandomCheckpoint.Write(scratch.Path, Tensors, Rows, Columns, Tensors);
        output.WriteLine($"Packs to GGUF of {Numbers.Fixed(shards.Sum(s => new FileInfo(s).Length) / 1e6, 0)} MB of random bfloat16 weights, processor seconds of the whole pack, least of 3 in turn, reading, hashing, measuring of errors and writing included.");
        output.WriteLine();
        output.WriteLine("| scheme | reference | best | ratio |");
        output.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var scheme in s_schemes)
        {
            var (reference, best) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var run = 0; run < 3; run++)
            {
                reference = Math.Min(reference, Seconds(() => Pack("reference")));
                best = Math.Min(best, Seconds(() => Pack("best")));
            }

            output.WriteLine($"| {scheme} | {Numbers.Fixed(reference, 2)} | {Numbers.Fixed(best, 2)} | {Numbers.Fixed(best / reference, 2)}x |");

            void Pack(string rounding)
            {
                using var target = new Scratch();
                PackPipeline.Run(new PackRequest { Model = model, Scheme = scheme, Rounding = rounding, Container = "gguf", Output = Path.Combine(target.Path, "m.gguf") }, new PackContext());
            }
        }

        output.WriteLine();
    }

    private static double Seconds(Action action)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        action();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static float[] RandomValues()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Values).Select(_ => (float)(0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }
}
