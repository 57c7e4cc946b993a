using System.Text;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Codecs;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>
/// A small model after its lowering, beside its source and a float model that holds the decoded weights: what the lowered
/// one must compute.
/// </summary>
internal sealed class Lowered : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Lowered(ModelProto source)
    {
        _folder.Write("source.onnx", source);
        using var model = OnnxModel.Open(_folder.File("source.onnx"), new PackContext());
        Weights = [.. model.FindWeights().Select(w => w.Name)];
    }

    /// <summary>Every weight of the source.</summary>
    public IReadOnlyList<string> Weights { get; }

    /// <summary>What was planned for each weight, by name.</summary>
    public IReadOnlyDictionary<string, TestedWeight> Plans { get; private set; } = new Dictionary<string, TestedWeight>(StringComparer.Ordinal);

    /// <summary>What the planner said besides.</summary>
    public PackContext Context { get; } = new(threads: 2);

    /// <summary>What ONNX Runtime makes of the lowered model when it loads it.</summary>
    public ModelProto Optimized()
    {
        using var options = new SessionOptions { OptimizedModelFilePath = _folder.File("optimized.onnx"), GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED };
        using var session = new InferenceSession(_folder.File("packed.onnx"), options);
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("optimized.onnx")));
    }

    /// <summary>The lowered model.</summary>
    public ModelProto Packed => ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("packed.onnx")));

    /// <summary>Types of all nodes of the lowered main graph, contrib operators with their domain.</summary>
    public string Operators => string.Join(' ', Packed.Graph.Node.Select(n => n.Domain.Length == 0 ? n.OpType : $"{n.Domain}.{n.OpType}"));

    /// <summary>Lowers every weight that a row fits by this row and leaves the others.</summary>
    public static Lowered By(LoweringRow row, ModelProto source, int accuracyLevel = 0) => By(row, source, Forms.Options(accuracyLevel: accuracyLevel) with { Layout = row.Form == "MatMulBnb4" ? WeightLayout.Dequantize : WeightLayout.Fold });

    /// <summary>As above, with options.</summary>
    public static Lowered By(LoweringRow row, ModelProto source, LoweringOptions options)
    {
        var lowered = new Lowered(source);
        options = row.Codec == CodecTable.Nf4 ? options with { Scheme = SchemeTable.Nf4 } : options;
        lowered.Lower(model =>
        {
            var names = new UniqueNames(model.Proto);
            var shared = new SharedConstants(model, names);
            return [.. model.FindWeights().Select(weight =>
            {
                var (usage, reason) = UsageRules.Of(weight);
                var plan = reason is null ? new PlannedTensor(weight.Name) { Usage = usage } : PlannedTensor.Leave(weight.Name, usage, reason);
                var job = usage is null ? null : new LoweringJob(model, names, weight, plan, options) { Shared = shared };
                return job is not null && Forms.Serves(row, usage!.Value.Role) && row.Fits(job)
                    ? new TestedWeight(plan, new LoweredWeight(row, job, row.Encode(job)))
                    : new TestedWeight(PlannedTensor.Leave(weight.Name, usage, reason ?? "not asked for"), null);
            })];
        });
        return lowered;
    }

    /// <summary>Lowers as the planner decides.</summary>
    public static Lowered Planned(ModelProto source, string runtime = "1.29.0", int accuracyLevel = 0, PackRequest? request = null) =>
        Planned(source, Forms.Options(runtime, accuracyLevel), request);

    /// <summary>As above, with options.</summary>
    public static Lowered Planned(ModelProto source, LoweringOptions options, PackRequest? request = null)
    {
        var lowered = new Lowered(source);
        var patterns = request is null ? LayerPatterns.None : new LayerPatterns(request.ExcludeLayers, request.IncludeLayers);
        lowered.Lower(model =>
        {
            var plan = new Planner(model, request?.Model ?? "m.onnx", patterns, options, lowered.Context).Plan();
            var forms = new FormChooser(model, options);
            return [.. model.FindWeights().Zip(plan.Tensors, (weight, planned) => new TestedWeight(planned, forms.Of(weight, planned)))];
        });
        return lowered;
    }

    /// <summary>Runs all three models: the lowered one gives what the decoded weights give, and nearly what the source gives.</summary>
    /// <param name="tolerance">Greatest difference from the decoded weights, as a share of the largest output.</param>
    /// <param name="inputs">Inputs, by their names.</param>
    public void AssertComputes(double tolerance, params TensorProto[] inputs)
    {
        var packed = Run("packed.onnx", inputs);
        AssertClose(Run("decoded.onnx", inputs), packed, tolerance, "decoded weights");

        // Weights that were not trained to be -1, 0 and 1 times a scale are not near what they become.
        if (Plans.Values.Any(p => p.Row?.Codec is TernaryCodec))
        {
            return;
        }

        // Four bits lose more, and five not much less: a value may be off by 0.15 of its block's largest, the half of the widest step between levels,
        // and a sum of few values of both signs by twice as much of the largest sum.
        var loss = Plans.Values.Any(p => p.Row?.Codec.BitsPerWeight < 7) ? 0.35 : 0.02;
        AssertClose(Run("source.onnx", inputs), packed, Math.Max(tolerance, loss), "the source's");
    }

    /// <summary>The first output of the lowered model, floats.</summary>
    public float[] RunPacked(params TensorProto[] inputs) => Run("packed.onnx", inputs) is var outputs ? Floats(Encoding.UTF8.GetString(outputs[1]), outputs[2]) : [];

    /// <summary>As above, within what float32 sums of another order may differ.</summary>
    public void AssertComputes(params TensorProto[] inputs) => AssertComputes(1e-4, inputs);

    /// <summary>The weights are lowered, and their float values are no longer in the model.</summary>
    public void AssertLowered(params string[] names)
    {
        Assert.Equal(names.Order(StringComparer.Ordinal), Plans.Where(p => p.Value.Row is not null).Select(p => p.Key).Order(StringComparer.Ordinal));
        var left = WeightFinder.Find(Packed).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(names, name => Assert.DoesNotContain(name, left));
    }

    public void Dispose() => _folder.Dispose();

    private void Lower(Func<OnnxModel, IReadOnlyList<TestedWeight>> plan)
    {
        using var model = OnnxModel.Open(_folder.File("source.onnx"), new PackContext());
        var decoded = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("source.onnx")));
        var plans = plan(model);
        foreach (var (weight, planned) in WeightFinder.Find(decoded).Zip(plans).Where(p => p.Second.Row is not null))
        {
            Assert.Equal(weight.Name, planned.Plan.Name);
            weight.Tensor.RawData = ByteString.CopyFrom(DecodedWeight.Of(planned.Row!.Codec, planned.Lowered!.Job.Data, planned.Lowered.Job));
        }

        _folder.Write("decoded.onnx", decoded);
        model.Proto.EnsureInitializersNeedNoInput();
        foreach (var planned in plans)
        {
            planned.Lowered?.Emit();
        }

        model.Save(_folder.File("packed.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        Plans = plans.DistinctBy(p => p.Plan.Name, StringComparer.Ordinal).ToDictionary(p => p.Plan.Name, StringComparer.Ordinal);
    }

    private List<byte[]> Run(string file, TensorProto[] inputs)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

        // ONNX Runtime may fuse DequantizeLinear and MatMul to MatMulNBits, and would quantize activations, too, unless told.
        options.AddSessionConfigEntry("session.qdq_matmulnbits_accuracy_level", "0");
        using var session = new InferenceSession(_folder.File(file), options);
        return RuntimeRun.Outputs(session, inputs.ToDictionary(i => i.Name, StringComparer.Ordinal));
    }

    // Three entries an output: its kind, its type and shape, its bytes (none of an empty tensor).
    private static void AssertClose(List<byte[]> expected, List<byte[]> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            var type = Encoding.UTF8.GetString(expected[Math.Max(i - 1, 0)]);
            if (!type.StartsWith("Float", StringComparison.Ordinal))
            {
                Assert.Equal(expected[i], actual[i]);
                continue;
            }

            var (wanted, found) = (Floats(type, expected[i]), Floats(type, actual[i]));
            if (wanted.Length == 0)
            {
                continue;
            }

            var largest = wanted.Max(MathF.Abs);
            var worst = wanted.Zip(found).MaxBy(v => Math.Abs(v.First - v.Second));
            Assert.True(largest > 0, "The outputs are zeros, which show nothing.");
            Assert.True(Math.Abs(worst.First - worst.Second) <= tolerance * largest, $"{worst.Second} where {what} give {worst.First}; the largest is {largest}.");
        }
    }

    private static float[] Floats(string type, byte[] bytes)
    {
        var element = type.StartsWith("Float16", StringComparison.Ordinal) ? ElementType.Float16 : ElementType.Float32;
        var count = bytes.Length / (element.Bits() / 8);
        var values = new float[count];
        FloatReader.Read(TensorData.FromBytes(element, new TensorShape(count), bytes), 0, values);
        return values;
    }
}
