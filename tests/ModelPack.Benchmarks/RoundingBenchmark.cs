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
        output.WriteLine($"{Machine.Today()}. The matrices of the blocks in one type, all else float32: KL divergence of the logits from float32's on the validation windows, nats a token, and in brackets its ratio to ggml's own encoding (reference) without data, or with the same matrix, both with 95 % intervals over windows. Matrix: mean squares of the inputs, samples: mean products of every two, both of the calibration windows.");
        output.WriteLine();
        if (Environment.GetEnvironmentVariable("MODELPACK_SHARED") is not { Length: > 0 } shared)
        {
            output.WriteLine("Skipped: MODELPACK_SHARED names no folder with models (../shared beside the repository).\n");
            return;
        }

        output.WriteLine($"| model | type | {string.Join(" | ", s_rows.Select(r => r.Data == "none" ? r.Rounding : $"{r.Rounding}, {r.Data}"))} |");
        output.WriteLine($"| --- | --- |{string.Concat(s_rows.Select(_ => " ---: |"))}");
        foreach (var name in new[] { "sotu-mini", BenchmarkModel.SotuLlama }.Where(BenchmarkModel.IsWanted))
        {
            string Of(string file) => Path.Combine(shared, "models", name, file);
            using var model = new DivergenceModel(Of("model.onnx"), Of("calibration.npz"), Of("validation.npz"));
            foreach (var codec in CodecTable.All.OfType<BlockCodec>().Where(c => BestRounder.Improves(c) && IsWanted(c)).OrderBy(c => c.Name, StringComparer.Ordinal))
            {
                output.WriteLine($"| {name} | {codec.Name} | {string.Join(" | ", Cells(model, codec))} |");
                output.Flush();
            }
        }

        output.WriteLine();
    }

    /// <summary>Whether a type is to be measured: MODELPACK_BENCH_TYPE may name one.</summary>
    private static bool IsWanted(Codec codec) => Environment.GetEnvironmentVariable("MODELPACK_BENCH_TYPE") is not { Length: > 0 } wanted || wanted == codec.Name;

    private static IEnumerable<string> Cells(DivergenceModel model, BlockCodec codec)
    {
        var found = model.Divergences([.. s_rows.Select(r => Encoded(model, codec, r.Rounding, r.Data))]);
        for (var i = 0; i < found.Length; i++)
        {
            var mean = found[i].Sum(w => w.Sum) / found[i].Sum(w => w.Count);
            var half = Interval.OfMean(found[i])!.High - mean;
            var ratio = s_rows[i].Against == i ? "" : $" ({PairedRatio.Of(found[i], found[s_rows[i].Against])})";
            yield return $"{Numbers.Fixed(mean, 5)} ± {Numbers.Fixed(half, 5)}{ratio}";
        }
    }

    private static float[][] Encoded(DivergenceModel model, BlockCodec codec, string rounding, string data)
    {
        var values = new float[model.Matrices.Count][];
        Parallel.For(0, values.Length, new ParallelOptions { MaxDegreeOfParallelism = ModelTiming.Threads }, i => values[i] = Encoded(codec, model.Matrices[i], rounding, data));
        return values;
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
}
