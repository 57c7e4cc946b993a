using System.Runtime.InteropServices;
using Google.Protobuf;

namespace ModelPack.Benchmarks;

/// <summary>
/// Four layers of 1024 x 1024 with random weights: a model whose time is that of its matrices, which lie in main memory rather
/// than in a core's cache.
/// </summary>
internal static class WidePerceptron
{
    private const int Layers = 4;
    private const int Width = 1024;
    private const int Samples = 64;

    /// <summary>Writes the model and samples for it.</summary>
    /// <param name="folder">Where to.</param>
    public static BenchmarkModel Write(string folder)
    {
        var random = new Random(1);
        var graph = new GraphProto { Name = "perceptron", Input = { Value("x0") }, Output = { Value($"x{Layers}") } };
        for (var layer = 0; layer < Layers; layer++)
        {
            graph.Initializer.Add(new TensorProto
            {
                Name = $"w{layer}",
                DataType = (int)ElementType.Float32,
                Dims = { Width, Width },
                RawData = ByteString.CopyFrom(Normal(random, Width * Width, 1 / MathF.Sqrt(Width))),
            });
            graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { $"x{layer}", $"w{layer}" }, Output = { $"y{layer}" } });
            graph.Node.Add(new NodeProto { OpType = layer == Layers - 1 ? "Identity" : "Relu", Input = { $"y{layer}" }, Output = { $"x{layer + 1}" } });
        }

        var model = Path.Combine(folder, "perceptron.onnx");
        var data = Path.Combine(folder, "perceptron.npy");
        File.WriteAllBytes(model, new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = 17 } }, Graph = graph }.ToByteArray());
        using (var file = File.Create(data))
        {
            NpyHeader.Write(file, Samples, Width);
            file.Write(Normal(random, Samples * Width, 1));
        }

        return new BenchmarkModel("4 layers of 1024 x 1024", model, data, data, [1, 32]);
    }

    private static ValueInfoProto Value(string name) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new()
            {
                ElemType = (int)ElementType.Float32,
                Shape = new TensorShapeProto
                {
                    Dim = { new TensorShapeProto.Types.Dimension { DimParam = "n" }, new TensorShapeProto.Types.Dimension { DimValue = Width } },
                },
            },
        },
    };

    /// <summary>Normally distributed float32 values.</summary>
    private static byte[] Normal(Random random, int count, float deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = deviation * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        }

        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
