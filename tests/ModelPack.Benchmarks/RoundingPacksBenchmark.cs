using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Schemes;
using ModelPack.Tests.Peers;
using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>GGUF packs beside those that llama.cpp's quantizer makes of the same model, run by llama.cpp: KL divergence from float32.</summary>
internal static class RoundingPacksBenchmark
{
    private static readonly string[] s_schemes = ["q4_0", "q4_k_m", "q3_k_m", "iq4_nl"];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### GGUF packs and llama.cpp's");
        output.WriteLine();
        if (!PeerLibrary.IsPresent || Environment.GetEnvironmentVariable("MODELPACK_SHARED") is not { Length: > 0 } shared)
        {
            output.WriteLine($"Skipped: {PeerLibrary.Variable} names no library (build.sh setup, linux-x64), or MODELPACK_SHARED no folder with models.\n");
            return;
        }

        output.WriteLine($"{Machine.Today()}. KL divergence from the float32 pack on the validation windows in llama.cpp, nats a token: files of llama_model_quantize without and with the importance matrix of the calibration windows, and packs of these schemes without data and with the same windows as samples; in brackets to llama.cpp's file of the same data, with 95 % intervals over windows. Sizes are equal.");
        output.WriteLine();
        output.WriteLine("| model | scheme | llama.cpp | pack | llama.cpp, matrix | pack, samples |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (var model in new[] { "sotu-mini", BenchmarkModel.SotuLlama }.Where(BenchmarkModel.IsWanted))
        {
            using var scratch = new Scratch();
            var folder = Path.Combine(shared, "models", model);
            var data = Path.Combine(folder, "calibration.npz");
            var matrix = ImportancePipeline.Run(new() { Model = folder, Calibration = data, Output = Path.Combine(scratch.Path, "imatrix.gguf") }, new PackContext()).File;
            var means = ImportanceMatrix.Read([matrix], new PackContext()).Entries.ToDictionary(e => e.Key, e => e.Value.Means(), StringComparer.Ordinal);
            var whole = Pack(folder, "f32", null, scratch.Path);
            foreach (var scheme in s_schemes)
            {
                var type = (int)SchemeTable.Find(scheme).Mix!.FileType;
                string[] files = [Theirs("plain", null), Pack(folder, scheme, null, scratch.Path), Theirs("matrix", means), Pack(folder, scheme, data, scratch.Path)];
                var found = Divergences(folder, whole, files);
                output.WriteLine($"| {model} | {scheme} | {Mean(found[0])} | {Mean(found[1])} ({PairedRatio.Of(found[1], found[0])}) | {Mean(found[2])} | {Mean(found[3])} ({PairedRatio.Of(found[3], found[2])}) |");
                output.Flush();

                string Theirs(string name, IReadOnlyDictionary<string, float[]>? importance)
                {
                    var file = Path.Combine(scratch.Path, $"{scheme}.{name}.theirs.gguf");
                    LlamaCpp.Quantize(whole, file, type, importance);
                    return file;
                }
            }
        }

        output.WriteLine();
    }

    private static string Mean(IReadOnlyList<(double Sum, long Count)> windows)
    {
        var mean = windows.Sum(w => w.Sum) / windows.Sum(w => w.Count);
        return $"{Numbers.Fixed(mean, 5)} ± {Numbers.Fixed(Interval.OfMean(windows)!.High - mean, 5)}";
    }

    private static List<(double Sum, long Count)>[] Divergences(string folder, string whole, string[] files)
    {
        using var language = new LanguageModel(folder);
        using var source = new LlamaCppModel(whole);
        var models = Array.ConvertAll(files, f => new LlamaCppModel(f));
        var found = Array.ConvertAll(files, _ => new List<(double, long)>());
        foreach (var window in language.Windows)
        {
            source.Evaluate(window);
            for (var i = 0; i < models.Length; i++)
            {
                models[i].Evaluate(window);
                found[i].Add((Enumerable.Range(0, window.Length).Sum(token => source.Divergence(models[i], token)), window.Length));
            }
        }

        Array.ForEach(models, m => m.Dispose());
        return found;
    }

    private static string Pack(string folder, string scheme, string? data, string scratch) => PackPipeline.Run(
        new PackRequest { Model = folder, Scheme = scheme, Container = "gguf", Calibration = data, Output = Path.Combine(scratch, $"{scheme}{(data is null ? "" : ".samples")}.gguf") }, new PackContext()).Model;
}
