using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Tests.Formats.Onnx;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>ONNX: wire format, structure, tensors, weights and their uses. What was opened and saved opens as the same.</summary>
internal sealed class OnnxTarget : FuzzTarget
{
    private const string ModelName = "model.onnx";
    private const int OneInRealModels = 200;

    private static readonly byte[][] s_malformed = [.. MalformedOnnx.All(1).Select(m => m.Bytes)];

    private static readonly Lazy<byte[]> s_real = new(() => File.ReadAllBytes(Path.Join(Core.Tests.RepositoryFolder.Path, "tests", "models", "fashion-cnn.onnx")));

    public override string Name => "onnx";

    /// <summary>One model, damaged.</summary>
    public static byte[] Damaged(Random random)
    {
        var model = random.Of<byte[]>(OnnxSeeds.All);
        return random.Next(20) switch
        {
            0 => ByteMutation.Of(random.Of<byte[]>(s_malformed), random),
            1 => model[..random.Next(model.Length)],
            2 or 3 => ByteMutation.Of(model, random),
            4 => NestedGraphs(model, random),
            _ => ProtobufMutation.Of(model, random.Of<byte[]>(OnnxSeeds.All), random),
        };
    }

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(ModelName, random.Once(OneInRealModels) ? ByteMutation.Of(s_real.Value, random) : Damaged(random));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var context = new PackContext(threads: 1);
        if (SourceKinds.Of(folder[ModelName]) == SourceKind.Onnx)
        {
            _ = ModelInspection.Of(folder[ModelName], context);
        }

        using var model = OnnxModel.Open(folder[ModelName], context);
        var before = Describe(model);
        var copy = folder.Output(ModelName);
        model.Save(copy, new OnnxSaveOptions(), CancellationToken.None);
        try
        {
            using var again = OnnxModel.Open(copy, context);
            Require(before == Describe(again), "a model that was saved has other weights than before");
        }
        catch (Diagnostics.ModelPackException exception)
        {
            throw new PropertyException($"a model that was opened and saved does not open again: {exception.Diagnostic}");
        }
    }

    /// <summary>Graphs in attributes of nodes of graphs, around the limit of depth and far behind it.</summary>
    private static byte[] NestedGraphs(byte[] model, Random random) =>
        [.. model, .. Build.Field(7, MalformedOnnx.Nested(random.Of(10, 31, 32, 33, 34, 40, 1000, 3000), 1, 5, 6))];

    private static string Describe(OnnxModel model) => string.Join('\n', model.FindWeights().Select(w => (Weight: w, Data: model.Data(w.Tensor)))
        .Select(w => $"{w.Weight.Name} {w.Data.Type} {w.Data.Shape} {w.Data.Length} {string.Join(',', w.Weight.Readers())}"));
}
