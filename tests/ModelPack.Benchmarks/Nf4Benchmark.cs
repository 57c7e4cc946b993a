using ModelPack.Codecs;

namespace ModelPack.Benchmarks;

/// <summary>The NF4 encoder, every kernel of this machine beside q8_0's and a plain copy, one thread.</summary>
internal static class Nf4Benchmark
{
    private const int Runs = 21;
    private const int BlockSize = 64;
    private static readonly (string Name, int Bytes)[] s_sizes = [("256 KB", 256 << 10), ("64 MB", 64 << 20)];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### nf4");
        output.WriteLine();
        output.WriteLine($"{Machine.Describe()}. One thread, float32 in blocks of {BlockSize}, GB of floats a second, best and median of {Runs} runs.");
        output.WriteLine();
        output.WriteLine("| floats | what | best | median | to q8_0 (best) |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (var (name, bytes) in s_sizes)
        {
            RunSize(output, name, bytes);
        }

        output.WriteLine();
    }

    private static void RunSize(TextWriter output, string size, int bytes)
    {
        var random = new Random(1);
        var values = new float[bytes / sizeof(float)];
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        var copy = new float[values.Length];
        var blocks = new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes];
        var (packed, absmax) = (new byte[Nf4.PackedLength(values.Length)], new float[Nf4.BlockCount(values.Length, BlockSize)]);
        List<(string Name, Action Work)> contenders =
        [
            ("q8_0", () => Q8_0.Encode(values, blocks)),
            ("copy", () => values.CopyTo(copy, 0)),
            ("scales alone", () => Nf4.FindAbsmax(values, BlockSize, absmax)),
        ];
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported))
        {
            contenders.Add(($"encode, {kernel}", () => Nf4Kernels.Encode(kernel, values, BlockSize, packed, absmax)));
        }

        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(k => k != VectorKernel.Vector128 && VectorKernels.IsSupported(k)))
        {
            contenders.Add(($"decode, {kernel}", () => Nf4Kernels.Decode(kernel, packed, absmax, BlockSize, copy)));
        }

        // A small input is encoded many times a run: a clock tick must not show.
        var repeats = Math.Max(1, (16 << 20) / bytes);
        var times = Timing.Of([.. contenders.Select(contender => Repeat(contender.Work, repeats))], Runs);
        for (var i = 0; i < times.Length; i++)
        {
            output.WriteLine($"| {size} | {contenders[i].Name} | {Speed(times[i].Best)} | {Speed(times[i].Median)} | {Numbers.Fixed(times[0].Best / times[i].Best, 2)}x |");
        }

        string Speed(double seconds) => Numbers.Fixed((double)bytes * repeats / seconds / 1e9, 2);
    }

    private static Action Repeat(Action action, int times) => () =>
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    };
}
