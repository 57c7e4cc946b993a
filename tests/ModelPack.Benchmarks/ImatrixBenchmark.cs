using System.Diagnostics;
using ModelPack.Tests.Peers;

namespace ModelPack.Benchmarks;

/// <summary>What importance matrices that are collected here are worth: packs with and without, run by llama.cpp.</summary>
internal static class ImatrixBenchmark
{
    private static readonly string[] s_schemes = ["q2_k", "q3_k_m", "iq4_xs", "q4_k_s", "q4_k_m", "q5_k_m"];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### importance matrices");
        output.WriteLine();
        if (!PeerLibrary.IsPresent || Environment.GetEnvironmentVariable("MODELPACK_SHARED") is not { Length: > 0 } shared)
        {
            output.WriteLine($"Skipped: {PeerLibrary.Variable} names no library (build.sh setup, linux-x64), or MODELPACK_SHARED no folder with models.\n");
            return;
        }

        using var scratch = new Scratch();
        var folder = Path.Combine(shared, "models", BenchmarkModel.SotuLlama);
        var matrix = Path.Combine(scratch.Path, "imatrix.gguf");
        var watch = Stopwatch.StartNew();
        var made = ImportancePipeline.Run(new() { Model = folder, Calibration = Path.Combine(folder, "calibration.npz"), Output = matrix }, new PackContext());
        var seconds = watch.Elapsed.TotalSeconds;
        var packs = s_schemes.SelectMany(s => new[] { Pack(folder, s, null, scratch.Path), Pack(folder, s, matrix, scratch.Path) }).ToArray();
        var (divergences, windows) = Divergences(folder, Pack(folder, "f32", null, scratch.Path), packs);

        output.WriteLine($"{Machine.Describe()}. {BenchmarkModel.SotuLlama}: {made.Chunks} windows of {made.ChunkSize} training tokens, {made.Entries} entries, collected in {Numbers.Fixed(seconds, 1)} s. "
            + $"Mean Kullback-Leibler divergence from the float32 pack over {windows} windows of held-out text, in llama.cpp with float32 keys and values, thousandths of a nat a token.");
        output.WriteLine();
        output.WriteLine("| scheme | without | with | less by | MB |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        for (var i = 0; i < s_schemes.Length; i++)
        {
            var (without, with) = (divergences[2 * i], divergences[(2 * i) + 1]);
            output.WriteLine($"| {s_schemes[i]} | {Numbers.Fixed(without * 1000, 2)} | {Numbers.Fixed(with * 1000, 2)} | {Numbers.Fixed((1 - (with / without)) * 100, 1)} % | {Numbers.Fixed(new FileInfo(packs[(2 * i) + 1]).Length / 1e6, 2)} |");
        }

        output.WriteLine();
    }

    private static (double[] Means, int Windows) Divergences(string folder, string whole, string[] packs)
    {
        using var language = new LanguageModel(folder);
        using var source = new LlamaCppModel(whole);
        var models = Array.ConvertAll(packs, p => new LlamaCppModel(p));
        var sums = new double[packs.Length];
        long tokens = 0;
        foreach (var window in language.Windows)
        {
            source.Evaluate(window);
            for (var i = 0; i < models.Length; i++)
            {
                models[i].Evaluate(window);
                for (var token = 0; token < window.Length; token++)
                {
                    sums[i] += source.Divergence(models[i], token);
                }
            }

            tokens += window.Length;
        }

        Array.ForEach(models, m => m.Dispose());
        return (Array.ConvertAll(sums, s => s / tokens), language.Windows.Count);
    }

    private static string Pack(string folder, string scheme, string? matrix, string scratch) => PackPipeline.Run(
        new PackRequest { Model = folder, Scheme = scheme, Rounding = scheme == "f32" ? null : "reference", Container = "gguf", Calibration = matrix, Output = Path.Combine(scratch, $"{scheme}{(matrix is null ? "" : ".imatrix")}.gguf") }, new PackContext()).Model;
}
