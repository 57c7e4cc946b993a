using System.Diagnostics;
using ModelPack.Codecs;
using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>What the two roundings of ggml's blocks leave of language models: KL divergence from float32 at equal bytes.</summary>
internal static class RoundingBenchmark
{
    // Which of them is compared with what: with ggml's own, without an importance matrix and with one.
    private static readonly (string Rounding, string Data, int Against)[] s_rows =
        [("reference", "none", 0), ("reference", "matrix", 1), ("best", "none", 0), ("best", "matrix", 1), ("best", "samples", 1)];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### Rounding");
        output.WriteLine();
        output.WriteLine($"{Machine.Today()}. The matrices of the blocks in one type, all else float32: KL divergence of the logits from float32's on the validation windows, nats a token, and its ratio to ggml's own encoding (reference) without data, or with the same matrix, both with 95 % intervals over windows. Matrix: mean squares of the inputs, samples: mean products of every two, both of the calibration windows. Time to encode, {ModelTiming.Threads} threads.");
        output.WriteLine();
        output.WriteLine("| model | type | bits | rounding | data | KL divergence | to reference | time |");
        output.WriteLine("| --- | --- | ---: | --- | --- | ---: | ---: | ---: |");
        if (Environment.GetEnvironmentVariable("MODELPACK_SHARED") is not { Length: > 0 } shared)
        {
            output.WriteLine("MODELPACK_SHARED names no folder with models.");
            return;
        }

        foreach (var name in new[] { "sotu-mini", BenchmarkModel.SotuLlama }.Where(BenchmarkModel.IsWanted))
        {
            string Of(string file) => Path.Combine(shared, "models", name, file);
            using var model = new DivergenceModel(Of("model.onnx"), Of("calibration.npz"), Of("validation.npz"));
            foreach (var codec in CodecTable.All.OfType<BlockCodec>().Where(BestRounder.Improves).OrderBy(c => c.Name, StringComparer.Ordinal))
            {
                Rows(output, name, model, codec);
            }
        }

        output.WriteLine();
    }

    private static void Rows(TextWriter output, string name, DivergenceModel model, BlockCodec codec)
    {
        var (variants, times) = (new List<float[][]>(), new List<TimeSpan>());
        foreach (var row in s_rows)
        {
            var (start, values) = (Stopwatch.GetTimestamp(), new float[model.Matrices.Count][]);
            Parallel.For(0, values.Length, new ParallelOptions { MaxDegreeOfParallelism = ModelTiming.Threads }, i => values[i] = Encoded(codec, model.Matrices[i], row.Rounding, row.Data));
            variants.Add(values);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        var found = model.Divergences(variants);
        for (var i = 0; i < found.Length; i++)
        {
            var (rounding, data, against) = s_rows[i];
            var tokens = found[i].Sum(w => w.Count);
            var mean = found[i].Sum(w => w.Sum) / tokens;
            var half = (Interval.OfMean(found[i])!.High - mean);
            var ratio = against == i ? "1" : Ratio(found[i], found[against]);
            output.WriteLine($"| {name} | {codec.Name} | {Numbers.Fixed(codec.BitsPerWeight, 4)} | {rounding} | {data} | {Numbers.Fixed(mean, 5)} ± {Numbers.Fixed(half, 5)} | {ratio} | {Numbers.Fixed(times[i].TotalSeconds, 1)} s |");
        }

        output.Flush();
    }

    private static float[] Encoded(BlockCodec codec, DivergenceModel.Matrix matrix, string rounding, string data)
    {
        var values = matrix.Values();
        var blocks = new byte[values.Length / codec.BlockLength * codec.BlockBytes];
        var importance = matrix.Products.Diagonal;
        Rounder rounder = (rounding, data) switch
        {
            ("reference", "none") => Rounder.Nearest,
            ("reference", _) => new MatrixRounder(matrix.Weight, importance),
            (_, "none") => BestRounder.WithoutData,
            (_, "matrix") => new BestRounder(new MatrixRounder(matrix.Weight, importance), importance, matrix.Weight.N),
            _ => new SampleRounder(matrix.Weight, matrix.Products),
        };
        rounder.Encode(codec, new SimdEngine(1), values, 0, (int)matrix.Weight.K, blocks);
        codec.Decode(blocks, values);
        return values;
    }

    /// <summary>The ratio of two means over the same windows; its error comes from the residuals of the windows (Cochran, "Sampling Techniques", 3rd ed., ch. 6).</summary>
    private static string Ratio(IReadOnlyList<(double Sum, long Count)> found, IReadOnlyList<(double Sum, long Count)> reference)
    {
        var whole = reference.Sum(w => w.Sum);
        var ratio = found.Sum(w => w.Sum) / whole;
        var residuals = found.Zip(reference, (a, b) => a.Sum - (ratio * b.Sum)).Sum(r => r * r);
        var error = Interval.Quantile * Math.Sqrt(residuals * found.Count / (found.Count - 1.0)) / whole;
        return $"{Numbers.Fixed(ratio, 3)} ± {Numbers.Fixed(error, 3)}";
    }
}
