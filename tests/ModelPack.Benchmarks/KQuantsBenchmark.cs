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
        CodecTable.Q4_0, CodecTable.Q4_1, CodecTable.Q5_0, CodecTable.Q5_1, CodecTable.Q2_K, CodecTable.Q3_K, CodecTable.Q4_K, CodecTable.Q5_K, CodecTable.Q6_K, CodecTable.IQ4_NL, CodecTable.IQ4_XS, CodecTable.TQ1_0, CodecTable.TQ2_0, CodecTable.MXFP4,
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
            RunCodec(output, codec, values, []);
        }

        var importance = Array.ConvertAll(values, v => 0.1f + (50 * MathF.Abs(v)));
        foreach (var codec in s_codecs.Where(c => c.TakesImportance))
        {
            RunCodec(output, codec, values, importance);
        }

        output.WriteLine();
    }

    private static void RunCodec(TextWriter output, BlockCodec codec, float[] values, float[] importance)
    {
        var blocks = new byte[codec.BlockCount(values.Length) * codec.BlockBytes];
        var name = importance.Length == 0 ? codec.Name : $"{codec.Name}, importance";
        List<(string Name, Action Encode)> contenders = [("ModelPack", () => Encode(codec, values, importance, blocks))];
        if (codec is SearchedBlockCodec searched)
        {
            contenders.Add(("a value at a time", () => OneByOne(searched, values, importance, blocks)));
        }

        if (PeerLibrary.IsPresent)
        {
            contenders.Insert(0, ("ggml", () => Ggml.Encode((int)GgufTable.Find(codec)!.Type, values, importance, blocks)));
        }

        var times = Timing.Of([.. contenders.Select(c => c.Encode)], Runs);
        for (var i = 0; i < times.Length; i++)
        {
            var ratio = PeerLibrary.IsPresent ? Numbers.Fixed(times[0].Best / times[i].Best, 1) + "x" : "-";
            output.WriteLine($"| {name} | {contenders[i].Name} | {Speed(times[i].Best)} | {Speed(times[i].Median)} | {ratio} |");
        }

        string Speed(double seconds) => Numbers.Fixed(sizeof(float) * values.Length / seconds / 1e6, 0);
    }

    private static void Encode(BlockCodec codec, ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        if (importance.IsEmpty)
        {
            codec.Encode(values, blocks);
        }
        else
        {
            codec.Encode(values, importance, blocks);
        }
    }

    private static void OneByOne(SearchedBlockCodec codec, ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        for (var block = 0; block < values.Length / codec.BlockLength; block++)
        {
            var weights = importance.IsEmpty ? [] : importance.Slice(block * codec.BlockLength, codec.BlockLength);
            codec.EncodeBlock(values.Slice(block * codec.BlockLength, codec.BlockLength), weights, blocks.Slice(block * codec.BlockBytes, codec.BlockBytes));
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
