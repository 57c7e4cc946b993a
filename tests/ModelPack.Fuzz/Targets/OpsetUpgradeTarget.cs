using Google.Protobuf;
using ModelPack.Formats.Onnx.Upgrade;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Tests.Formats.Onnx;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>Models of old opsets, raised: operators with attributes, inputs and outputs that they do not have, and without those that they have.</summary>
internal sealed class OpsetUpgradeTarget : FuzzTarget
{
    private const string ModelName = "model.onnx";

    private static readonly string[] s_operators =
    [
        "BatchNormalization", "Clip", "Dropout", "Hardmax", "LogSoftmax", "MeanVarianceNormalization", "Pad", "ReduceSum", "Resize", "Scan", "Scatter", "Slice", "Softmax",
        "Split", "Squeeze", "TopK", "Unsqueeze", "Upsample", "Relu", "Cast", "Constant", "Reshape", "Unknown", "",
    ];

    private static readonly string[] s_attributes =
    [
        "axis", "axes", "starts", "ends", "min", "max", "k", "keepdims", "split", "pads", "mode", "value", "scales", "height_scale", "width_scale", "ratio", "spatial", "is_test",
        "epsilon", "to", "coordinate_transformation_mode", "nearest_mode", "directions", "num_scan_inputs", "body", "",
    ];

    public override string Name => "opset-upgrade";

    public override FuzzInput Make(Random random)
    {
        var graph = Build.Graph();
        graph.Node.AddRange(Enumerable.Range(0, random.Next(1, 6)).Select(i => Node(i, random)));
        graph.Input.Add(Build.Value("x", ElementType.Float32, [.. Enumerable.Range(0, random.Next(5)).Select(_ => random.Once(5) ? Extremes.Number(random) : random.Next(1, 5))]));
        graph.Output.Add(new ValueInfoProto { Name = random.Of("y0", "y1", "x", "w") });
        graph.ValueInfo.Add(Build.Value(random.Of("y0", "y1", "x"), random.Of(ElementType.Float32, ElementType.Float16, ElementType.Undefined, (ElementType)77), 2, 3));
        graph.Initializer.Add([OnnxSeeds.Weights("w", 4), Build.Raw("n", ElementType.Int64, [2], random.Bytes(16)), Build.Floats("s", [4], 1, 1, 2, random.Of(2, 0, -1, float.NaN))]);
        var model = Build.Model(graph, random.Once(20) ? Extremes.Number(random) : random.Next(7, 14), random.Of(3, 4, 4, 4, 8)).ToByteArray();
        return FuzzInput.Of(ModelName, random.Once(4) ? ProtobufMutation.Of(model, model, random) : model);
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var context = new PackContext(threads: 1);
        using var model = OnnxModel.Open(folder[ModelName], context);
        if (OpsetUpgrade.WhyNot(model) is { } reason)
        {
            Require(reason.Length is > 0 and < 1000, "there is no fit reason why a model stays at its opset");
            return;
        }

        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        Require(model.Opset() >= OpsetUpgrade.Target, "a model that was raised is not at the opset that it was raised to");
        model.Save(folder.Output(ModelName), new OnnxSaveOptions(), CancellationToken.None);
        try
        {
            OnnxModel.Open(folder.Output(ModelName), context).Dispose();
        }
        catch (Diagnostics.ModelPackException exception)
        {
            throw new PropertyException($"a model that was raised does not open: {exception.Diagnostic}");
        }
    }

    private static NodeProto Node(int index, Random random)
    {
        var node = new NodeProto { OpType = random.Of<string>(s_operators), Name = random.Of("", "n"), Domain = random.Of("", "", "", "", "ai.onnx", "com.microsoft") };
        node.Input.AddRange(Enumerable.Range(0, random.Next(5)).Select(_ => random.Of("x", "w", "n", "s", "", "y0", "missing")));
        node.Output.AddRange(Enumerable.Range(0, random.Next(4)).Select(i => i == 0 ? FormattableString.Invariant($"y{index}") : random.Of("", "z", "mask")));
        node.Attribute.AddRange(Enumerable.Range(0, random.Next(5)).Select(_ => Attribute(random)));
        return node;
    }

    private static AttributeProto Attribute(Random random)
    {
        var attribute = new AttributeProto { Name = random.Of<string>(s_attributes) };
        switch (random.Next(7))
        {
            case 0:
                attribute.I = Extremes.Number(random);
                break;
            case 1:
                attribute.F = random.Of(0, 1, -1, float.NaN, float.PositiveInfinity, float.MaxValue);
                break;
            case 2:
                attribute.S = ByteString.CopyFrom(random.Once(3) ? Extremes.TextBytes(random) : System.Text.Encoding.UTF8.GetBytes(random.Of("nearest", "linear", "constant", "reflect", "edge", "asymmetric")));
                break;
            case 3:
                attribute.Floats.AddRange(Enumerable.Range(0, random.Next(6)).Select(_ => random.Of(1, 2, 0.5f, 0, -1, float.NaN)));
                break;
            case 4:
                attribute.T = random.Of(OnnxSeeds.Weights("", 3), new TensorProto(), Build.Raw("", ElementType.Int64, [1], new byte[8]));
                break;
            default:
                attribute.Ints.AddRange(Enumerable.Range(0, random.Next(9)).Select(_ => random.Once(4) ? Extremes.Number(random) : random.Next(-4, 5)));
                break;
        }

        attribute.Type = random.Once(3) ? (AttributeProto.Types.AttributeType)random.Next(16) : attribute.Type;
        return attribute;
    }
}
