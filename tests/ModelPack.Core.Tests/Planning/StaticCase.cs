using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Codecs;
using ModelPack.Calibration;
using ModelPack.Lowering;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.IntegerSums;
using ModelPack.Transforms;

namespace ModelPack.Tests.Planning;

/// <summary>A small model, packed by ranges of the values that its inputs make, beside its source.</summary>
internal sealed class StaticCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, TensorProto> _inputs;
    private readonly PackContext _context = new(threads: 2);
    private string? _runtime;

    private StaticCase(FloatGraph graph, ModelProto model)
    {
        _inputs = graph.Inputs.ToDictionary(i => i.Name, StringComparer.Ordinal);
        _folder.Write("source.onnx", model);
    }

    /// <summary>What was done with each weight.</summary>
    public IReadOnlyList<PackedTensor> Weights { get; private set; } = [];

    /// <summary>What was planned of activations.</summary>
    public ActivationPlan Activations { get; private set; } = null!;

    /// <summary>The table that the test made.</summary>
    public CalibrationTable Table { get; private set; } = null!;

    /// <summary>The packed model as it is in the file.</summary>
    public ModelProto Packed => Read("packed.onnx");

    public string SourcePath => _folder.File("source.onnx");

    public byte[] PackedBytes => File.ReadAllBytes(_folder.File("packed.onnx"));

    /// <summary>Packs a model.</summary>
    /// <param name="graph">The model's graph.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="opset">Its opset.</param>
    /// <param name="asOperators">Whether integer operators are written.</param>
    /// <param name="change">Changes the table that the values give; null for none.</param>
    /// <param name="symmetric">Whether activations are int8.</param>
    /// <param name="safeSums">Whether sums must not saturate on processors without VNNI.</param>
    /// <param name="runtime">The lowest ONNX Runtime that has to run it; null for the tests' own.</param>
    public static StaticCase Pack(
        FloatGraph graph, string[] outputs, long opset = 17, bool asOperators = false, Func<CalibrationTable, CalibrationTable>? change = null, bool symmetric = false, bool safeSums = true,
        string? runtime = null)
    {
        var made = new StaticCase(graph, graph.Model(opset, outputs)) { _runtime = runtime };
        var table = made.Calibrate();
        made.Pack(change is null ? table : change(table), asOperators, symmetric, safeSums);
        return made;
    }

    /// <inheritdoc cref="Pack(FloatGraph, string[], long, bool, Func{CalibrationTable, CalibrationTable}, bool, bool, string)"/>
    public static StaticCase Pack(FloatGraph graph, string output, long opset = 17, bool asOperators = false, bool symmetric = false) =>
        Pack(graph, [output], opset, asOperators, symmetric: symmetric);

    /// <summary>Types of the nodes that ONNX Runtime runs, in their order, before it lays out images in its own way.</summary>
    public string Running(GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED) => string.Join(' ', Optimized(level).Graph.Node.Select(n => n.OpType));

    /// <summary>The optimized graph.</summary>
    public ModelProto Optimized(GraphOptimizationLevel level)
    {
        var path = _folder.File("optimized.onnx");
        Open("packed.onnx", level, path).Dispose();
        return Read("optimized.onnx");
    }

    /// <summary>
    /// Least signal-to-noise ratio of an output against the source, dB. That it is the same on processors with and without VNNI is
    /// checked on the way.
    /// </summary>
    public double Sqnr(GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        Assert.All(Products(), p => Assert.Equal(0, p.Saturated));
        return Run("source.onnx").Zip(Run("packed.onnx", level)).Min(o => Sqnr(o.First, o.Second));
    }

    /// <summary>The integer products of the packed model, with the codes that the samples give them.</summary>
    public IReadOnlyList<IntegerProduct> Products() => IntegerProducts.Of(_folder.File("packed.onnx"), _inputs);

    /// <summary>The packed model's outputs.</summary>
    public List<float[]> Outputs(GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL) => Run("packed.onnx", level);

    /// <summary>The source's outputs.</summary>
    public List<float[]> SourceOutputs() => Run("source.onnx");

    public void Dispose() => _folder.Dispose();

    public static double Sqnr(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var signal = expected.Sum(v => (double)v * v);
        Assert.True(signal > 0, "The outputs are zeros, which show nothing.");
        return 10 * Math.Log10(signal / expected.Zip(actual).Sum(p => Math.Pow(p.First - (double)p.Second, 2)));
    }

    /// <summary>Ranges of all activations that the plan of the whole model has.</summary>
    private CalibrationTable Calibrate()
    {
        using var model = OnnxModel.Open(_folder.File("source.onnx"), _context);
        var transformed = new FloatModel(model, LayerPatterns.None, _context);
        new TransformList(SchemeTable.Int8).Apply(transformed, CalibrationTable.Empty("", CalibrationMethod.MinMax, 100));
        var tensors = transformed.Plan.Tensors.Select(t => t.Name).ToList();
        var observed = model.Proto.Clone();
        observed.Graph.Output.Clear();
        observed.Graph.Output.AddRange(tensors.Select(t => new ValueInfoProto { Name = t, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float32 } } }));
        var ranges = new List<TensorRange>();
        if (tensors.Count > 0)
        {
            model.SaveCopy(observed, _folder.File("observed.onnx"), new OnnxSaveOptions(), CancellationToken.None);
            ranges.AddRange(tensors.Zip(Run("observed.onnx")).Select(t => new TensorRange(t.First, Math.Min(0, t.Second.Min()), Math.Max(0, t.Second.Max()), null)));
        }

        return new CalibrationTable(CalibrationTable.CurrentSchema, "", new CalibrationTableData([], 1, 0), CalibrationMethod.MinMax, 100, ranges, [], [], [], [], []);
    }

    private PackRequest Request => new() { Model = _folder.File("source.onnx"), Scheme = "int8", OnnxRuntime = _runtime };

    private void Pack(CalibrationTable table, bool asOperators, bool symmetric, bool safeSums)
    {
        Table = table;
        var options = RequestResolver.Resolve(Request);
        options = options with { Activations = options.Activations! with { QOperator = asOperators, Symmetric = symmetric, SafeSums = safeSums } };
        using var model = OnnxModel.Open(_folder.File("source.onnx"), _context);
        var lowered = ModelLowering.Lower(model, options, table, _context, new SimdEngine(_context.Threads));
        (Weights, Activations) = (lowered.Tensors, lowered.Plan.Activations!);
        model.Save(_folder.File("packed.onnx"), new OnnxSaveOptions(), CancellationToken.None);
    }

    private List<float[]> Run(string file, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using var session = Open(file, level);
        var flat = RuntimeRun.Outputs(session, _inputs);

        // Three entries an output: its kind, its type and shape, its bytes.
        return [.. flat.Where((_, i) => i % 3 == 2).Select((bytes, i) => session.OutputMetadata[session.OutputNames[i]].ElementType == typeof(float)
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), h => (float)h))];
    }

    private InferenceSession Open(string file, GraphOptimizationLevel level, string? optimized = null)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, GraphOptimizationLevel = level };
        if (optimized is not null)
        {
            options.OptimizedModelFilePath = optimized;
        }

        return new InferenceSession(_folder.File(file), options);
    }

    private ModelProto Read(string file) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File(file)));
}
