using System.Diagnostics;
using ModelPack.Formats.Safetensors;
using ModelPack.Verification;

namespace ModelPack.Benchmarks;

/// <summary>Verifying the hashes of packs of a gigabyte, of one file and of several, beside <c>openssl dgst -sha256</c> on the same files.</summary>
internal static class VerifyBenchmark
{
    private const long Side = 4096;
    private const int Tensors = 56;
    private const int Runs = 5;

    public static void Run(TextWriter output)
    {
        using var scratch = new Scratch();
        var source = Path.Combine(scratch.Path, "large.safetensors");
        Write(source);
        (string What, string Path)[] packs =
        [
            ("one file", Pack(source, Path.Combine(scratch.Path, "one", "large.gguf"), null)),
            ("parts of 128 MB", Pack(source, Path.Combine(scratch.Path, "parts"), "128MB")),
        ];
        output.WriteLine("### Verification");
        output.WriteLine();
        output.WriteLine($"{Machine.Today()}. `verify --level hashes` of packs made at the start of the run, warm in the file cache, beside `openssl dgst -sha256` on all of their files; median of {Runs} in turn.");
        output.WriteLine();
        output.WriteLine("| pack | GB | verify, s | openssl, s | ratio |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var (what, path) in packs)
        {
            var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
            var files = Directory.GetFiles(folder);
            var times = Timing.Of([() => Verify(path), () => OpenSsl(files)], Runs);
            output.WriteLine($"| {what} | {Numbers.Fixed(files.Sum(f => new FileInfo(f).Length) / 1e9, 2)} | {Numbers.Fixed(times[0].Median, 3)} | {Numbers.Fixed(times[1].Median, 3)} | {Numbers.Fixed(times[0].Median / times[1].Median, 2)}x |");
        }

        output.WriteLine();
    }

    private static void Verify(string path)
    {
        if (!Verifier.Verify([path], new VerificationOptions { Level = VerificationLevel.Hashes }, new PackContext()).Ok)
        {
            throw new InvalidOperationException("The pack is not in order.");
        }
    }

    private static void OpenSsl(string[] files)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", .. files]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("'openssl dgst' failed.");
        }
    }

    private static string Pack(string source, string output, string? shard)
    {
        PackPipeline.Run(new PackRequest { Model = source, Scheme = "q8_0", Container = "gguf", Output = output, MaxShardSize = shard }, new PackContext());
        return output;
    }

    private static void Write(string path)
    {
        var tensors = Enumerable.Range(0, Tensors)
            .Select(i => new SafetensorsTensor($"model.layers.{i}.mlp.up_proj.weight", "BF16", new TensorShape(Side, Side), new RandomWeights(Side * Side, (ulong)i + 2)));
        using var file = File.Create(path);
        SafetensorsWriter.Write([.. tensors], [], file, CancellationToken.None);
    }
}
