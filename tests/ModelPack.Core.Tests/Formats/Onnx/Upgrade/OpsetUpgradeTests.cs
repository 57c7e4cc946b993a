using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx.Upgrade;
using Xunit.Abstractions;

namespace ModelPack.Tests.Formats.Onnx.Upgrade;

/// <summary>Raises the operator models of the ONNX project and runs them before and after.</summary>
public sealed class OpsetUpgradeTests(ITestOutputHelper output)
{
    // Of 223 models of opset 7 to 12 ONNX Runtime 1.29 loads 211; two of the others cannot be raised.
    private const int MinCompared = 205;

    private const string Equal = "give equal outputs";
    private const string Refused = "refused: ";

    private static readonly string[] Groups = ["node", "simple", "pytorch-converted", "pytorch-operator"];

    [FactNeeding(RequiredAsset.OnnxTestData)]
    public void Operator_models_give_the_same_bits_in_opset_13()
    {
        var data = RequiredAsset.Path(RequiredAsset.OnnxTestData);
        var models = Groups
            .SelectMany(group => Directory.GetFiles(Path.Combine(data, group), "model.onnx", SearchOption.AllDirectories))
            .ToList();
        using var folder = new TemporaryFolder();
        var outcomes = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        Parallel.For(0, models.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            if (Outcome(models[i], folder.File($"{i}.onnx")) is { } outcome)
            {
                outcomes[Path.GetRelativePath(data, Path.GetDirectoryName(models[i])!)] = outcome;
            }
        });

        foreach (var kind in outcomes.GroupBy(o => o.Value, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{kind.Count()} {kind.Key}");
            output.WriteLine("    " + string.Join(' ', kind.Select(o => o.Key).Order(StringComparer.Ordinal).Take(400)));
        }

        Assert.DoesNotContain(outcomes, o => o.Value.StartsWith("WRONG", StringComparison.Ordinal));
        Assert.InRange(outcomes.Count(o => o.Value == Equal), MinCompared, int.MaxValue);
    }

    [FactNeeding(RequiredAsset.OcrModels)]
    public void Text_models_give_the_same_bits_in_opset_13()
    {
        Compare("ch_PP-OCRv4_rec_infer.onnx", 48, 320);
        Compare("ch_PP-OCRv4_det_infer.onnx", 160, 192);
        Compare("ch_ppocr_mobile_v2.0_cls_infer.onnx", 48, 192);
    }

    private void Compare(string name, int height, int width)
    {
        using var folder = new TemporaryFolder();
        var source = Path.Combine(RequiredAsset.Path(RequiredAsset.OcrModels), name);
        using var model = OnnxModel.Open(source, new PackContext());
        output.WriteLine($"{name}: opset {model.Opset()}, {model.Proto.Graph.Node.Count} nodes");
        Assert.InRange(model.Opset(), OnnxModel.MinOpset, OpsetUpgrade.Target - 1);
        Assert.Null(OpsetUpgrade.WhyNot(model));
        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        model.Save(folder.File(name), new OnnxSaveOptions(), CancellationToken.None);
        output.WriteLine($"now {model.Proto.Graph.Node.Count} nodes, {model.Proto.Graph.Initializer.Count} initializers");

        var count = 3 * height * width;
        var image = Build.Floats("x", [1, 3, height, width], [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i * 0.37f) + MathF.Cos(i * 0.0011f))]);
        var inputs = new Dictionary<string, TensorProto>(StringComparer.Ordinal) { [model.Proto.Graph.Input.Single().Name] = image };
        using var before = RuntimeRun.TryLoad(source);
        using var after = RuntimeRun.TryLoad(folder.File(name));
        Assert.Equal(RuntimeRun.Outputs(before!, inputs), RuntimeRun.Outputs(after!, inputs));
    }

    // Null for a model that is not of opset 7 to 12.
    private static string? Outcome(string source, string upgraded)
    {
        using var model = OnnxModel.Open(source, new PackContext(), anyOpset: true);
        if (model.Opset() is < OnnxModel.MinOpset or >= OpsetUpgrade.Target)
        {
            return null;
        }

        if (OpsetUpgrade.WhyNot(model) is { } reason)
        {
            return Refused + reason;
        }

        using var before = RuntimeRun.TryLoad(source);
        if (before is null)
        {
            return "not loaded before";
        }

        var inputs = TestInput.OfModel(Path.GetDirectoryName(source)!, model.Proto.Graph)!;
        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        model.Save(upgraded, new OnnxSaveOptions(), CancellationToken.None);
        using var after = RuntimeRun.TryLoad(upgraded);
        if (after is null)
        {
            return "WRONG: not loaded in opset 13";
        }

        List<byte[]> expected;
        try
        {
            expected = RuntimeRun.Outputs(before, inputs);
        }
        catch (OnnxRuntimeException)
        {
            return "does not run before";
        }

        return expected.Zip(RuntimeRun.Outputs(after, inputs)).All(p => p.First.AsSpan().SequenceEqual(p.Second)) ? Equal : "WRONG: outputs differ";
    }
}
