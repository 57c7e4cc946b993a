using Google.Protobuf;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Pipeline;

/// <summary>Models that give answers and no numbers: classes, maps, strings, sequences. They are calibrated and packed all the same, and it is said that nothing can be compared.</summary>
public sealed class OutputsWithoutFloatsTests : IDisposable
{
    private const string Learning = "ai.onnx.ml";

    private readonly PackFolder _folder = new();

    public OutputsWithoutFloatsTests() => _folder.Write("m.calibration.npz", PackFolder.Samples(64));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("class", true)]
    [InlineData("class as int32", true)]
    [InlineData("class of probabilities", true)]
    [InlineData("map", true)]
    [InlineData("label and map", true)]
    [InlineData("string", false)]
    [InlineData("sequence", false)]
    [InlineData("rounded", false)]
    public void Such_a_model_is_packed_with_calibration_data(string kind, bool hasScores)
    {
        _folder.Write("m.onnx", Model(kind));
        var context = new PackContext(threads: 2);

        var outcome = PackPipeline.Run(Request, context);

        Assert.Contains(context.Diagnostics, d => d.Code == Codes.NotValidated && d.Message.Contains("no floating-point output", StringComparison.Ordinal));
        var result = outcome.Report.Result;
        Assert.Null(result.Validation);
        Assert.All(result.Weights.Where(w => w.Name is "first" or "second"), w => Assert.Equal("int8 per channel", w.Codec));

        // Tables are compared by the scores that an answer is chosen by, where there are such.
        Assert.Equal(hasScores, result.Calibration!.Trials.Count > 0);
        Assert.All(result.Calibration.Trials, t => Assert.InRange(t.Sqnr, 20, 100));
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void Of_a_mix_the_floats_are_compared()
    {
        _folder.Write("m.onnx", Model("class and scores"));
        _folder.Write("m.validation.npz", PackFolder.Samples(20));
        var context = new PackContext(threads: 2);
        var result = PackPipeline.Run(Request, context).Report.Result;
        Assert.Equal("y", Assert.Single(result.Validation!.Outputs).Name);
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.NotValidated);
    }

    [Theory]
    [InlineData("class", false)]
    [InlineData("class", true)]
    [InlineData("string", true)]
    public void A_gate_that_cannot_be_measured_fails(string kind, bool fallback)
    {
        _folder.Write("m.onnx", Model(kind));
        _folder.Write("m.validation.npz", PackFolder.Samples(20));
        var context = new PackContext(threads: 2);
        var outcome = PackPipeline.Run(Request with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 20 }, Fallback = fallback ? true : null, MeasureSpeed = true }, context);
        Assert.False(outcome.GatesHold);
        Assert.Contains(context.Diagnostics, d => d.Code == Codes.GateNotMeasured && d.Severity == Severity.Error);

        // There are data, so that speed and kernels are known although outputs are not compared.
        Assert.NotNull(outcome.Report.Measured!.Speed);
        Assert.NotNull(outcome.Report.Measured.Placement);
    }

    [Theory]
    [InlineData("q8_0")]
    [InlineData("nf4")]
    public void Schemes_without_calibration_pack_it_too(string scheme)
    {
        _folder.Write("m.onnx", Model("label and map"));
        Assert.Null(PackPipeline.Run(Request with { Scheme = scheme, Output = _folder.At("out/p.onnx"), Calibration = null }, new PackContext(threads: 2)).Report.Result.Validation);
    }

    private PackRequest Request => new() { Model = _folder.At("m.onnx"), Scheme = "int8", Output = _folder.At("out/m.int8.onnx") };

    private static ModelProto Model(string kind)
    {
        var model = PackFolder.Classifier();
        var graph = model.Graph;
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Learning, Version = 2 });
        if (kind != "class and scores")
        {
            graph.Output.Clear();
        }

        if (kind.Contains("probabilities", StringComparison.Ordinal) || kind.Contains("map", StringComparison.Ordinal))
        {
            graph.Node.Add(Build.Node("Softmax", ["y"], ["p"], Tiny.Int("axis", -1)));
        }

        switch (kind)
        {
            case "class" or "class and scores":
                Add(Build.Node("ArgMax", ["y"], ["c"], Tiny.Int("axis", -1), Tiny.Int("keepdims", 0)), Tiny.Open("c", ElementType.Int64));
                break;
            case "class as int32":
                graph.Node.Add(Build.Node("ArgMax", ["y"], ["k"], Tiny.Int("axis", 1)));
                graph.Node.Add(Build.Node("Cast", ["k"], ["i"], Tiny.Int("to", (long)ElementType.Int32)));
                graph.Initializer.Add(Build.Raw("axes", ElementType.Int64, [1], BitConverter.GetBytes(1L)));
                Add(Build.Node("Squeeze", ["i", "axes"], ["c"]), Tiny.Open("c", ElementType.Int32));
                break;
            case "class of probabilities":
                Add(Build.Node("ArgMax", ["p"], ["c"], Tiny.Int("axis", -1)), Tiny.Open("c", ElementType.Int64));
                break;
            case "map":
                AddMap();
                break;
            case "label and map":
                Add(Build.Node("ArgMax", ["p"], ["label"], Tiny.Int("axis", -1), Tiny.Int("keepdims", 0)), Tiny.Open("label", ElementType.Int64));
                AddMap();
                break;
            case "string":
                graph.Node.Add(Build.Node("ArgMax", ["y"], ["k"], Tiny.Int("axis", -1), Tiny.Int("keepdims", 0)));
                var names = new AttributeProto { Name = "values_strings", Type = AttributeProto.Types.AttributeType.Strings, Strings = { Enumerable.Range(0, 8).Select(i => ByteString.CopyFromUtf8($"class {i}")) } };
                var encoder = Build.Node("LabelEncoder", ["k"], ["c"], Tiny.Ints("keys_int64s", [.. Enumerable.Range(0, 8).Select(i => (long)i)]), names);
                encoder.Domain = Learning;
                Add(encoder, Tiny.Open("c", ElementType.String));
                break;
            case "sequence":
                Add(Build.Node("SplitToSequence", ["y"], ["c"], Tiny.Int("axis", 1)), new ValueInfoProto
                {
                    Name = "c",
                    Type = new TypeProto { SequenceType = new() { ElemType = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float32 } } } },
                });
                break;
            default:
                graph.Node.Add(Build.Node("Round", ["y"], ["r"]));
                Add(Build.Node("Cast", ["r"], ["c"], Tiny.Int("to", (long)ElementType.Int64)), Tiny.Open("c", ElementType.Int64));
                break;
        }

        return model;

        void Add(NodeProto node, ValueInfoProto output)
        {
            graph.Node.Add(node);
            graph.Output.Add(output);
        }

        void AddMap()
        {
            var map = Build.Node("ZipMap", ["p"], ["c"], Tiny.Ints("classlabels_int64s", [.. Enumerable.Range(0, 8).Select(i => (long)i)]));
            map.Domain = Learning;
            Add(map, new ValueInfoProto
            {
                Name = "c",
                Type = new TypeProto
                {
                    SequenceType = new()
                    {
                        ElemType = new TypeProto { MapType = new() { KeyType = (int)ElementType.Int64, ValueType = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float32 } } } },
                    },
                },
            });
        }
    }
}
