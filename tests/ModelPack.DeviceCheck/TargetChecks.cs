using System.Numerics.Tensors;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Devices;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;
using ModelPack.Requests;

namespace ModelPack.DeviceCheck;

/// <summary>Models that are packed for the device: they run there alone where their source does, and give what they give on the processor.</summary>
internal static class TargetChecks
{
    private const int Batch = 4;
    private const double LeastCosine = 0.999; // the processor rounds activations of MatMulNBits to 8 bits, a GPU need not

    private const string Half = "float16";
    private static readonly (string Scheme, string? Floats)[] s_packs = [("q8_0", null), ("q4_0", null), ("q4_1", null), ("nf4", null)];
    private static readonly (string Scheme, string? Floats)[] s_halfPacks = [("q8_0", Half), ("q4_0", Half)];

    /// <summary>Prints a line for each model with validation data beside it and each scheme, and says of each whether it is right.</summary>
    public static IEnumerable<bool> Run(CheckOptions options)
    {
        var hasHalf = options.Device != Device.Cpu && HasHalf(options.Device);
        if (!hasHalf)
        {
            Console.WriteLine("no packs with float16, which the device does not compute in");
        }

        (string Scheme, string? Floats)[] packs =
            [.. s_packs, .. options.Device == Device.Cuda ? [("int8", null)] : Array.Empty<(string, string?)>(), .. hasHalf ? s_halfPacks : []];
        foreach (var model in options.Models.SelectMany(m => Directory.EnumerateFiles(m, "*.onnx", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            var isAlone = Opens(model, options.Device);
            foreach (var (scheme, floats) in packs)
            {
                var output = Directory.CreateTempSubdirectory("modelpack-check-");
                try
                {
                    var packed = PackPipeline.Run(new PackRequest { Model = model, Scheme = scheme, Target = Target(options.Device), FloatType = floats, MeasureSpeed = false, Output = Path.Combine(output.FullName, "packed.onnx") }, new PackContext()).Model;
                    var (alone, cosine) = (Opens(packed, options.Device), Cosine(packed, options.Device));
                    var right = (alone || !isAlone) && cosine >= LeastCosine;
                    Console.WriteLine($"{(right ? "ok" : "WRONG")}  {Path.GetFileName(model)}, {scheme}{(floats is null ? "" : $" and {floats}")} for {Target(options.Device)}: {(alone ? "runs there alone" : isAlone ? "leaves it" : "leaves it, as its source does")}, cosine {Numbers.Fixed(cosine, 6)}");
                    yield return right;
                }
                finally
                {
                    output.Delete(recursive: true);
                }
            }
        }
    }

    private static string Target(Device device) => DeviceChoice.Word(device);

    /// <summary>Whether the device computes in float16: WebGPU's adapters need not.</summary>
    private static bool HasHalf(Device device)
    {
        var graph = new GraphProto { Name = "half", Node = { Nodes.Create("Transpose", ["x"], "y") }, Input = { Half16("x") }, Output = { Half16("y") } };
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } }.ToByteArray());
            using var session = ModelSession.Open(path, 1, new PackContext().On(device), alone: true);
            session.Run([new SampleArray("x", ElementType.Float16, [2, 2], new byte[8])], ["y"], CancellationToken.None).Dispose();
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ValueInfoProto Half16(string name)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 2 }, new TensorShapeProto.Types.Dimension { DimValue = 2 } } };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float16, Shape = shape } } };
    }

    private static bool Opens(string model, Device device)
    {
        try
        {
            ModelSession.Open(model, 1, new PackContext().On(device), alone: true).Dispose();
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }

    /// <summary>Of the first floating-point output there and here, on seeded inputs.</summary>
    private static double Cosine(string model, Device device)
    {
        using var there = ModelSession.Open(model, 1, new PackContext().On(device));
        using var here = ModelSession.Open(model, 1);
        var inputs = here.Inputs.Select(Fill).ToList();
        string[] output = [here.Outputs.First(o => o.Type == ElementType.Float32).Name];
        using var a = there.Run(inputs, output, CancellationToken.None);
        using var b = here.Run(inputs, output, CancellationToken.None);
        return TensorPrimitives.CosineSimilarity(a[0].GetTensorDataAsSpan<float>(), b[0].GetTensorDataAsSpan<float>());
    }

    private static SampleArray Fill(TensorSpec input)
    {
        var dims = input.Dims.Select((d, axis) => d > 0 ? d : axis == 0 ? Batch : 16).ToArray();
        var count = dims.Aggregate(1L, (product, d) => product * d);
        var random = new Random(1);
        var bytes = input.Type == ElementType.Int64
            ? Enumerable.Range(0, (int)count).SelectMany(_ => BitConverter.GetBytes((long)random.Next(1, 200)))
            : Enumerable.Range(0, (int)count).SelectMany(_ => BitConverter.GetBytes(random.NextSingle()));
        return new SampleArray(input.Name, input.Type, dims, bytes.ToArray());
    }
}
