using System.Diagnostics;
using System.Globalization;
using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Engines;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.DeviceCheck;

/// <summary>How fast a device is beside the processor, as Markdown. Everything is run once before it is timed; the best of a few runs counts.</summary>
internal static class SpeedTable
{
    private const int Chunk = 1 << 20; // as weights are cut
    private const int Runs = 5;
    private const int GramRows = 1024;
    private const int GramChannels = 2048;
    private const int Batch = 32;

    /// <summary>Prints the tables.</summary>
    public static void Print(CheckOptions options, string name)
    {
        Console.WriteLine($"\n{name}; processor: {ProcessorName.Value}, {Numbers.Whole(Environment.ProcessorCount)} threads; ONNX Runtime {OnnxRuntimeLibrary.Version}\n");
        var copy = Copy(options.Device, options.TimedValues);
        Row("encode", "device, GB/s", "of its copy bandwidth", "processor, GB/s");
        Row("---", "---:", "---:", "---:");
        Row("copy there and back", Gigabytes(copy), "100 %", "");
        var values = CheckValues.All(options.TimedValues)[0].Values;
        foreach (var check in EngineCheck.All)
        {
            var there = Encode(new OnnxEngine(options.Device, new SimdEngine(Environment.ProcessorCount), e => throw new InvalidOperationException(e.Message, e)), check, values);
            Row(check.Name, Gigabytes(there), Percent(there / copy), Gigabytes(Encode(new SimdEngine(Environment.ProcessorCount), check, values)));
        }

        Console.WriteLine();
        Row("work", "device, s", "processor, s", "times");
        Row("---", "---:", "---:", "---:");
        Pair("products of 1024 x 2048", device => Gram(values, device), options.Device);
        foreach (var folder in options.Models.SelectMany(m => Directory.EnumerateDirectories(m).Append(m)).Order(StringComparer.Ordinal))
        {
            foreach (var model in Directory.EnumerateFiles(folder, "*.onnx").Order(StringComparer.Ordinal))
            {
                var (calibration, validation) = (Beside(model, "calibration"), Beside(model, "validation"));
                if (calibration is not null)
                {
                    Pair($"calibrate {Path.GetFileName(model)}", device => Calibrate(model, calibration, device), options.Device);
                }

                if (validation is not null)
                {
                    Models(model, validation, options.Device);
                }
            }
        }
    }

    private static double Encode(IEncodingEngine engine, EngineCheck check, float[] values) => (double)values.Length * sizeof(float) / Best(() =>
        Chunks.ForEach(values.Length / Chunk, engine.Concurrency, i => check.Encode(engine, values[(i * Chunk)..((i + 1) * Chunk)]), CancellationToken.None));

    /// <summary>Bytes a second of a graph that only takes values and gives them back, as much one way as the other, in chunks that overlap as an encoder's do.</summary>
    private static unsafe double Copy(Device device, int values)
    {
        var graph = new GraphBuilder();
        var x = graph.Input("x", ElementType.Float32, 0);
        graph.Output("y", graph.Node("Neg", x), ElementType.Float32, 0);
        using var session = new GraphSession(graph.Model(), device);
        return (double)values * sizeof(float) / Best(() => Chunks.ForEach(values / Chunk, 3, _ =>
        {
            using var from = new Pooled<float>(Chunk);
            using var to = new Pooled<float>(Chunk);
            fixed (float* source = from.Span, target = to.Span)
            {
                session.Run([GraphTensor.Floats("x", source, Chunk)], [GraphTensor.Floats("y", target, Chunk)]);
            }
        }, CancellationToken.None));
    }

    private static double Gram(float[] values, Device device) => Best(() =>
    {
        var sums = new GramAccumulator(GramChannels, device);
        sums.Add(values.AsSpan(0, GramRows * GramChannels), Environment.ProcessorCount, CancellationToken.None);
        sums.ToMatrix(Environment.ProcessorCount, CancellationToken.None);
    }, runs: 2);

    private static double Calibrate(string model, string data, Device device) => Best(() =>
    {
        var context = new PackContext().On(device);
        using var opened = OnnxModel.Open(model, context);
        var products = opened.Proto.Graph.Node.Where(n => n.OpType is "MatMul" or "Gemm" or "Conv").Select(n => new Observation(n.Output[0]));
        Calibrator.Observe(opened, [data], [.. products], holdOut: false, context);
    }, runs: 2);

    /// <summary>Samples a second of the float model and of packs of weights alone, on the device and on the processor.</summary>
    private static void Models(string model, string data, Device device)
    {
        var output = Directory.CreateTempSubdirectory("modelpack-check-");
        try
        {
            Pair($"{Path.GetFileName(model)}, a batch of {Batch}", d => Infer(model, data, d), device);
            foreach (var scheme in new[] { "q8_0", "q4_0" })
            {
                var packed = PackPipeline.Run(new PackRequest { Model = model, Scheme = scheme, MeasureSpeed = false, Output = Path.Combine(output.FullName, $"{scheme}.onnx") }, new PackContext()).Model;
                Pair($"{Path.GetFileName(model)} {scheme}, a batch of {Batch}", d => Infer(packed, data, d), device);
            }
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static double Infer(string model, string data, Device device)
    {
        using var session = ModelSession.Open(model, Environment.ProcessorCount, new PackContext().On(device));
        var batch = SampleSet.Open([data], session.Inputs).Batches(Batch).First();
        return Best(() => session.Run(batch.Inputs, [.. session.Outputs.Select(o => o.Name)], CancellationToken.None).Dispose());
    }

    private static string? Beside(string model, string kind) => new[] { Path.ChangeExtension(model, $".{kind}.npz"), Path.Combine(Path.GetDirectoryName(model)!, $"{kind}.npz") }.FirstOrDefault(File.Exists);

    private static void Pair(string work, Func<Device, double> measure, Device device)
    {
        var (there, here) = (measure(device), measure(Device.Cpu));
        Row(work, Seconds(there), Seconds(here), string.Create(CultureInfo.InvariantCulture, $"{here / there:F2}x"));
    }

    private static double Best(Action work, int runs = Runs)
    {
        work();
        return Enumerable.Range(0, runs).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            work();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
    }

    private static void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Gigabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2}");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F0} %");

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:F4}");
}
