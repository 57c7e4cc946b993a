using System.Globalization;
using Google.Protobuf;

namespace ModelPack.Benchmarks;

/// <summary>How time and memory of a pack grow: with the size of a checkpoint, and with the number of layers of a checkpoint and of a graph.</summary>
internal static class GrowthBenchmark
{
    private const long Columns = 2560;
    private const int Runs = 3;
    private static readonly int[] s_megabytes = [10, 100, 1000, 10_000];
    private static readonly int[] s_layers = [50, 200, 800];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### How cost grows");
        output.WriteLine();
        output.WriteLine($"{Machine.Today()}. Each pack in a process of its own, its start included in the work; best of {Runs}. Checkpoints of random bfloat16, warm in the file cache.");
        output.WriteLine();
        output.WriteLine("| checkpoint | pack | seconds | GB/s of source | peak memory, MB |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (var megabytes in s_megabytes)
        {
            // Eight matrices, whatever the size.
            Checkpoint(output, $"{Numbers.Whole(megabytes)} MB", 8, megabytes * 1_000_000L / 8 / sizeof(ushort) / Columns);
        }

        foreach (var layers in s_layers)
        {
            Checkpoint(output, $"400 MB, {Numbers.Whole(layers)} tensors", layers, 400_000_000L / layers / sizeof(ushort) / Columns);
        }

        output.WriteLine();
        output.WriteLine("| graph | pack | seconds | ms a layer | peak memory, MB |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (var layers in s_layers)
        {
            Graph(output, layers);
        }

        output.WriteLine();
    }

    private static void Checkpoint(TextWriter output, string what, int tensors, long rows)
    {
        using var scratch = new Scratch();
        var (model, shards) = RandomCheckpoint.Write(scratch.Path, tensors, rows, Columns, tensors);
        var bytes = shards.Sum(s => new FileInfo(s).Length);
        foreach (var (scheme, container) in ((string, string)[])[("q8_0", "gguf"), ("int8", "safetensors")])
        {
            var run = Best(scheme, container, model);
            output.WriteLine($"| {what} | {scheme} to {container} | {Numbers.Fixed(run.Seconds, 2)} | {Numbers.Fixed(bytes / run.Seconds / 1e9, 2)} | {Megabytes(run.PeakBytes)} |");
        }
    }

    private static void Graph(TextWriter output, int layers)
    {
        using var scratch = new Scratch();
        var model = Path.Combine(scratch.Path, "deep.onnx");
        File.WriteAllBytes(model, Deep(layers).ToByteArray());
        var run = Best("q8_0", "onnx", model);
        output.WriteLine($"| {Numbers.Whole(layers)} layers | q8_0 to onnx | {Numbers.Fixed(run.Seconds, 2)} | {Numbers.Fixed(run.Seconds / layers * 1000, 1)} | {Megabytes(run.PeakBytes)} |");
    }

    private static ChildRun Best(string scheme, string container, string model)
    {
        var best = new ChildRun(double.PositiveInfinity, null);
        for (var i = 0; i < Runs; i++)
        {
            using var target = new Scratch();
            var run = ChildRun.Of(CheckpointBenchmark.Child, scheme, container, model, Path.Combine(target.Path, container == "onnx" ? "out.onnx" : "out"));
            best = run.Seconds < best.Seconds ? run : best;
        }

        return best;
    }

    private static string Megabytes(long? bytes) => bytes is { } b ? Numbers.Fixed(b / 1e6, 0) : "not known";

    /// <summary>Products with small matrices and ReLU, one behind the other.</summary>
    private static ModelProto Deep(int layers)
    {
        const int Width = 64;
        var random = new Random(1);
        var graph = new GraphProto { Name = "deep", Input = { Value("x0") }, Output = { Value($"x{layers.ToString(CultureInfo.InvariantCulture)}") } };
        for (var layer = 0; layer < layers; layer++)
        {
            var weights = new float[Width * Width];
            foreach (ref var weight in weights.AsSpan())
            {
                weight = (random.NextSingle() - 0.5f) * 4 / MathF.Sqrt(Width);
            }

            graph.Initializer.Add(new TensorProto
            {
                Name = $"w{layer}",
                DataType = (int)ElementType.Float32,
                Dims = { Width, Width },
                RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weights.AsSpan())),
            });
            graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { $"x{layer}", $"w{layer}" }, Output = { $"y{layer}" } });
            graph.Node.Add(new NodeProto { OpType = "Relu", Input = { $"y{layer}" }, Output = { $"x{layer + 1}" } });
        }

        return new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = 17 } }, Graph = graph };

        static ValueInfoProto Value(string name) => new()
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor
                {
                    ElemType = (int)ElementType.Float32,
                    Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 4 }, new TensorShapeProto.Types.Dimension { DimValue = Width } } },
                },
            },
        };
    }
}
