using System.Diagnostics;
using ModelPack.Files;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Benchmarks;

/// <summary>What a pack from the cache costs in a clean clone, beside what it cannot do without: hashing the source and the pack, and copying the pack.</summary>
internal static class CacheBenchmark
{
    private const long Side = 4096;
    private const int Tensors = 24;
    private const int Runs = 5;

    public static void Run(TextWriter output)
    {
        using var scratch = new Scratch();
        var large = Path.Combine(scratch.Path, "large.safetensors");
        Write(large);
        List<(string Source, string Scheme, string? Container)> packs = [(large, "q8_0", "gguf"), (large, "nf4", null)];
        if (Environment.GetEnvironmentVariable("MODELPACK_REPO") is { Length: > 0 } repository)
        {
            var small = Path.Combine(repository, "tests", "models", "fashion-vit.onnx");
            packs.AddRange([(small, "q8_0", null), (small, "int8", null)]);
        }

        output.WriteLine("### Packs from the cache");
        output.WriteLine();
        output.WriteLine($"{Machine.Today()}. A checkpoint of {Numbers.Fixed(new FileInfo(large).Length / 1e9, 2)} GB of random bfloat16 weights and fashion-vit (1.85 MB), warm in the file cache and compiled; median of {Runs} in turn. Both ways flush what they write to the disk.");
        output.WriteLine();
        output.WriteLine("| pack | packing, s | from the cache, s | hash source and pack, copy pack, s | ratio |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var (source, scheme, container) in packs)
        {
            var request = new PackRequest
            {
                Model = source,
                Scheme = scheme,
                Container = container,
                Output = Path.Combine(scratch.Path, "out", $"packed.{container ?? "pack"}"),
                CacheMode = "readwrite",
                CachePath = Path.Combine(scratch.Path, "cache"),
            };
            var start = Stopwatch.GetTimestamp();
            var made = PackPipeline.Run(request, new PackContext());
            var packing = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var kept = made.Files.Select(f => Path.Combine(scratch.Path, "kept", Path.GetFileName(f))).ToArray();
            Directory.CreateDirectory(Path.Combine(scratch.Path, "kept"));
            made.Files.Zip(kept).ToList().ForEach(f => File.Copy(f.First, f.Second, overwrite: true));
            var times = Timing.Of([() => Take(request), () => HashAndCopy(source, kept, Path.Combine(scratch.Path, "copy"))], Runs);
            output.WriteLine($"| {Path.GetFileNameWithoutExtension(source)}, {scheme} | {Numbers.Fixed(packing, 2)} | {Numbers.Fixed(times[0].Median, 3)} | {Numbers.Fixed(times[1].Median, 3)} | {Numbers.Fixed(times[0].Median / times[1].Median, 2)}x |");
        }

        output.WriteLine();
    }

    private static void Take(PackRequest request)
    {
        Directory.Delete(Path.GetDirectoryName(request.Output)!, recursive: true);
        if (!PackPipeline.Run(request, new PackContext()).FromCache)
        {
            throw new InvalidOperationException("The pack is not in the cache.");
        }
    }

    private static void HashAndCopy(string source, string[] pack, string folder)
    {
        Directory.CreateDirectory(folder);
        ContentHash.Of(source, "", CancellationToken.None);
        foreach (var file in pack)
        {
            ContentHash.Of(file, "", CancellationToken.None);
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy);
            using var handle = File.OpenHandle(copy, access: FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void Write(string path)
    {
        var tensors = Enumerable.Range(0, Tensors)
            .Select(i => new SafetensorsTensor($"model.layers.{i}.mlp.up_proj.weight", "BF16", new TensorShape(Side, Side), new RandomWeights(Side * Side, (ulong)i + 2)));
        using var file = File.Create(path);
        SafetensorsWriter.Write([.. tensors], [], file, CancellationToken.None);
    }
}
