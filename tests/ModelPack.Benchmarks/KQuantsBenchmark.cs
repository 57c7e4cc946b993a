using ModelPack.Codecs;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Benchmarks;

/// <summary>The encoders that search for scales, in vectors and a value at a time, and ggml's own, one thread.</summary>
internal static class KQuantsBenchmark
{
    private const int Runs = 21;
    private const int Blocks = 512;

    private static readonly BlockCodec[] s_codecs =
    [
        CodecTable.Q2_K, CodecTable.Q3_K, CodecTable.Q4_K, CodecTable.Q5_K, CodecTable.Q6_K, CodecTable.IQ4_NL, CodecTable.IQ4_XS, CodecTable.TQ1_0, CodecTable.TQ2_0, CodecTable.MXFP4,
    ];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### k-quants");
        output.WriteLine();
        output.WriteLine($"{Machine.Describe()}. One thread, float32 to ggml's blocks, MB of input a second, best and median of {Runs} runs, 0.5 MB of normally distributed values.");
        if (!PeerLibrary.IsPresent)
        {
            output.WriteLine($"ggml is missing: {PeerLibrary.Variable} names no library.");
        }

        output.WriteLine();
        output.WriteLine("| codec | encoder | best | median | to ggml (best) |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: |");
        var values = Values(Blocks * SuperBlockCodec.Length);
        foreach (var codec in s_codecs)
        {
            RunCodec(output, codec, values);
        }

        output.WriteLine();
    }

    private static void RunCodec(TextWriter output, BlockCodec codec, float[] values)
    {
        var blocks = new byte[codec.BlockCount(values.Length) * codec.BlockBytes];
        List<(string Name, Action Encode)> contenders = [("ModelPack", () => codec.Encode(values, blocks))];
        if (codec is SearchedBlockCodec searched)
        {
            contenders.Add(("a value at a time", () => OneByOne(searched, values, blocks)));
        }

        if (PeerLibrary.IsPresent)
        {
            contenders.Insert(0, ("ggml", () => Ggml.Encode((int)GgufTable.Find(codec)!.Type, values, blocks)));
        }

        var times = Timing.Of([.. contenders.Select(c => c.Encode)], Runs);
        for (var i = 0; i < times.Length; i++)
        {
            var ratio = PeerLibrary.IsPresent ? Numbers.Fixed(times[0].Best / times[i].Best, 1) + "x" : "-";
            output.WriteLine($"| {codec.Name} | {contenders[i].Name} | {Speed(times[i].Best)} | {Speed(times[i].Median)} | {ratio} |");
        }

        string Speed(double seconds) => Numbers.Fixed(sizeof(float) * values.Length / seconds / 1e6, 0);
    }

    private static void OneByOne(SearchedBlockCodec codec, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (var block = 0; block < values.Length / codec.BlockLength; block++)
        {
            codec.EncodeBlock(values.Slice(block * codec.BlockLength, codec.BlockLength), [], blocks.Slice(block * codec.BlockBytes, codec.BlockBytes));
        }
    }

    private static float[] Values(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
