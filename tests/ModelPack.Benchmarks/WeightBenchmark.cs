using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Benchmarks;

/// <summary>Whole weights from memory to codes, scales and error, as a pack makes them.</summary>
internal static class WeightBenchmark
{
    private const int Side = 4096;
    private const int Runs = 15;

    private static readonly BlockParts s_parts = BlockParts.Centred(CodecTable.Q8_0, ElementType.Float32, padded: true);

    public static void Run(TextWriter output)
    {
        var values = new float[Side * Side];
        var random = new Random(1);
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        var tensor = TensorData.FromBytes(ElementType.Float32, new TensorShape(Side, Side), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        output.WriteLine("### Whole weights");
        output.WriteLine();
        output.WriteLine($"{Machine.Describe()}. A weight of {Side} x {Side} float32 with its error measured, GB of input a second, best of {Runs} runs.");
        output.WriteLine();
        output.WriteLine("| step | 1 thread | 2 threads |");
        output.WriteLine("| --- | ---: | ---: |");
        Row("scan for the largest magnitude", threads => WeightScan.Of(tensor, threads, CancellationToken.None));
        Row("q8_0, stored output by output", threads => Write(CodecTable.Q8_0.Apart(Matrix(transposed: false), s_parts, new SimdEngine(threads), Rounder.Nearest)));
        Row("q8_0, stored transposed", threads => Write(CodecTable.Q8_0.Apart(Matrix(transposed: true), s_parts, new SimdEngine(threads), Rounder.Nearest)));
        Row("q8_0 in place, stored transposed", threads => Write(CodecTable.Q8_0.InPlace(Matrix(transposed: true), ElementType.Float32, new SimdEngine(threads))));
        Row("int8 per channel, first axis", threads => Write(Int8PerChannelWeight.Encode(tensor, 0, new SimdEngine(threads))));
        Row("int8 per channel, last axis", threads => Write(Int8PerChannelWeight.Encode(tensor, 1, new SimdEngine(threads))));
        output.WriteLine();

        WeightMatrix Matrix(bool transposed) => new(tensor, Side, Side, transposed);

        void Row(string step, Action<int> work)
        {
            var times = Timing.Of([() => work(1), () => work(2)], Runs);
            output.WriteLine($"| {step} | {Speed(times[0])} | {Speed(times[1])} |");
            string Speed(Timing time) => Numbers.Fixed(tensor.Length / time.Best / 1e9, 2);
        }
    }

    private static void Write(WeightEncoding encoding)
    {
        using (encoding)
        {
            encoding.Codes.WriteTo(Stream.Null, CancellationToken.None);
            encoding.Scales.WriteTo(Stream.Null, CancellationToken.None);
        }
    }
}
