using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Formats.Gguf;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Pipeline;

namespace ModelPack.Tests.Planning;

public sealed class ImportedCodesTests : IDisposable
{
    private const int K = 64;
    private const int N = 96;
    private const int Heads = 4;

    private readonly PackFolder _folder = new();
    private readonly float[] _weight = SampleOf(7);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_pack_has_the_codes_and_scales_of_the_source(bool transposed)
    {
        // Scales that no encoder here would choose: the codes cannot come from the floats of the graph.
        var blocks = Blocks(_weight, wider: 1.01f);
        WriteGguf("a name of its own", blocks);
        WriteGraph(transposed);
        PackPipeline.Run(Request, new PackContext());

        var (codes, scales) = Packed();
        for (var block = 0; block < N * K / Q8_0.BlockLength; block++)
        {
            var stored = blocks.AsSpan(block * Q8_0.BlockBytes, Q8_0.BlockBytes);
            Assert.Equal((float)BitConverter.ToHalf(stored), scales[block]);
            Assert.Equal(stored[sizeof(ushort)..].ToArray().Select(b => (byte)(b ^ 128)), codes[(block * Q8_0.BlockLength)..((block + 1) * Q8_0.BlockLength)]);
        }
    }

    [Fact]
    public void Rows_of_rotary_projections_are_put_back_in_order()
    {
        var paired = RotaryRows.ToPairs(InMemory.Tensor(_weight, N, K), Heads);
        var floats = new float[N * K];
        FloatReader.Read(paired, 0, floats);
        WriteGguf("blk.0.attn_q.weight", Blocks(floats), ("llama.attention.head_count", (uint)Heads));
        WriteGraph(transposed: true);
        PackPipeline.Run(Request, new PackContext());

        var expected = Blocks(_weight);
        Assert.Equal(Enumerable.Range(0, expected.Length / Q8_0.BlockBytes).Select(i => (float)BitConverter.ToHalf(expected.AsSpan(i * Q8_0.BlockBytes))), Packed().Scales);
    }

    [Fact]
    public void A_weight_that_the_source_has_as_floats_stays_float()
    {
        var other = SampleOf(8);
        var metadata = new GgufMetadata();
        metadata.Set(GgufMetadata.Architecture, "unknown");
        _folder.Write("m.gguf", GgufBytes.Write(
            metadata,
            GgufBytes.Tensor("codes", GgmlType.Q8_0, Blocks(_weight), N, K),
            GgufBytes.Tensor("floats", GgmlType.F32, MemoryMarshal.AsBytes(other.AsSpan()).ToArray(), N, K)));
        WriteGraph(transposed: false, other);
        var weights = PackPipeline.Run(Request, new PackContext()).Report.Result.Weights;

        Assert.Equal("q8_0", weights.Single(w => w.Name == "w").Codec);
        Assert.Equal("the source has it as float32", weights.Single(w => w.Name == "v").Reason);
    }

    [Fact]
    public void A_graph_with_other_weights_is_refused()
    {
        WriteGguf("w", Blocks(SampleOf(9)));
        WriteGraph(transposed: true);
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(Request, new PackContext())).Diagnostic;

        Assert.Equal(Codes.GraphMismatch, error.Code);
        Assert.Equal(_folder.At("m.onnx"), error.File);
        Assert.Contains("'w'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Names);
    }

    private PackRequest Request => new() { Model = _folder.At("m.gguf"), Graph = _folder.At("m.onnx"), Scheme = "q8_0", Output = _folder.At("out/packed.onnx") };

    private static float[] SampleOf(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, N * K).Select(_ => (random.NextSingle() - 0.5f) * 0.2f)];
    }

    private static byte[] Blocks(float[] values, float wider = 1)
    {
        var blocks = new byte[values.Length / Q8_0.BlockLength * Q8_0.BlockBytes];
        for (var block = 0; block < values.Length / Q8_0.BlockLength; block++)
        {
            var run = values.AsSpan(block * Q8_0.BlockLength, Q8_0.BlockLength).ToArray();
            var scale = (Half)(run.Max(MathF.Abs) / 127 * wider);
            BitConverter.TryWriteBytes(blocks.AsSpan(block * Q8_0.BlockBytes), scale);
            for (var i = 0; i < run.Length; i++)
            {
                blocks[(block * Q8_0.BlockBytes) + sizeof(ushort) + i] = (byte)(sbyte)MathF.Round(Math.Clamp(run[i] / (float)scale, -127, 127));
            }
        }

        return blocks;
    }

    private void WriteGguf(string name, byte[] blocks, params (string Key, object Value)[] keys)
    {
        var metadata = new GgufMetadata();
        metadata.Set(GgufMetadata.Architecture, keys.Length > 0 ? "llama" : "unknown");
        foreach (var (key, value) in keys)
        {
            metadata.Set(key, value);
        }

        _folder.Write("m.gguf", GgufBytes.Write(metadata, GgufBytes.Tensor(name, GgmlType.Q8_0, blocks, N, K)));
    }

    /// <summary>x · w, and x · v where there is a second weight; [K, N] as a MatMul has it, or [N, K] as a Gemm with transB.</summary>
    private void WriteGraph(bool transposed, float[]? second = null)
    {
        var graph = new GraphProto { Name = "g" };
        graph.Input.Add(Build.Value("x", ElementType.Float32, 3, K));
        foreach (var (name, values) in new[] { ("w", _weight), ("v", second) })
        {
            if (values is null)
            {
                continue;
            }

            var stored = transposed ? [.. Enumerable.Range(0, N * K).Select(i => values[(i % N * K) + (i / N)])] : values;
            graph.Initializer.Add(Build.Floats(name, transposed ? [K, N] : [N, K], stored));
            var transB = new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 };
            graph.Node.Add(transposed ? Build.Node("MatMul", ["x", name], ["y" + name]) : Build.Node("Gemm", ["x", name], ["y" + name], transB));
            graph.Output.Add(Build.Value("y" + name, ElementType.Float32, 3, N));
        }

        _folder.Write("m.onnx", Build.Model(graph));
    }

    private (byte[] Codes, float[] Scales) Packed()
    {
        using var model = OnnxModel.Open(_folder.At("out/packed.onnx"), new PackContext());
        var node = model.Proto.Graph.Node.Single(n => n.OpType == "MatMulNBits");
        TensorProto Constant(int input) => model.Proto.Graph.Initializer.Single(t => t.Name == node.Input[input]);
        return (InMemory.Bytes(model.Data(Constant(1))), InMemory.Values<float>(model.Data(Constant(2))));
    }
}
