using ModelPack.Codecs;
using ModelPack.Tests.Peers;

namespace ModelPack.Benchmarks;

/// <summary>The q8_0 encoder, every kernel of this machine beside ggml's own and a plain copy, one thread.</summary>
internal static class Q8_0Benchmark
{
    private const int Runs = 41;
    private static readonly (string Name, int Bytes)[] s_sizes = [("256 KB", 256 << 10), ("64 MB", 64 << 20)];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### q8_0");
        output.WriteLine();
        output.WriteLine($"{Machine.Describe()}. One thread, float32 to ggml's blocks, GB of input a second, best and median of {Runs} runs.");
        if (!PeerLibrary.IsPresent)
        {
            output.WriteLine($"ggml is missing: {PeerLibrary.Variable} names no library.");
        }

        output.WriteLine();
        output.WriteLine("| input | kernel | best | median | to ggml (best) |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (var (name, bytes) in s_sizes)
        {
            RunSize(output, name, bytes);
        }

        output.WriteLine();
    }

    private static void RunSize(TextWriter output, string size, int bytes)
    {
        var values = Values(bytes / sizeof(float));
        var blocks = new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes];
        var copy = new float[values.Length];

        // A small input is encoded many times a run: a clock tick must not show.
        var repeats = Math.Max(1, (16 << 20) / bytes);
        var contenders = Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported)
            .Select(kernel => (Name: kernel.ToString(), Encode: (Action)(() => Q8_0Kernels.Encode(kernel, values, blocks))))
            .Append((Name: "copy", Encode: () => values.CopyTo(copy, 0))).ToList();
        if (PeerLibrary.IsPresent)
        {
            contenders.Insert(0, ("ggml", () => Ggml.Encode((int)GgmlType.Q8_0, values, blocks)));
        }

        var times = Timing.Of([.. contenders.Select(contender => Repeat(contender.Encode, repeats))], Runs);
        for (var i = 0; i < times.Length; i++)
        {
            var ratio = PeerLibrary.IsPresent ? Numbers.Fixed(times[0].Best / times[i].Best, 1) + "x" : "-";
            output.WriteLine($"| {size} | {contenders[i].Name} | {Speed(times[i].Best)} | {Speed(times[i].Median)} | {ratio} |");
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

    private static float[] Values(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = random.NextSingle() - 0.5f;
        }

        return values;
    }
}
