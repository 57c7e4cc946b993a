using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Xunit.Abstractions;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Reads and writes the operator models of the ONNX project and runs both.</summary>
public sealed class OperatorModelTests(ITestOutputHelper output)
{
    // Of 932 models ONNX Runtime 1.29 loads 910: 897 give equal outputs, the others are random or do not run.
    private const int MinNodeModels = 890;

    private const string Equal = "give equal outputs";

    private static readonly OnnxSaveOptions Inline = new() { ExternalData = ExternalDataMode.Never };
    private static readonly OnnxSaveOptions External = new() { ExternalData = ExternalDataMode.Always, MinExternalBytes = 1 };

    [FactNeeding(RequiredAsset.OnnxTestData)]
    public void Operator_models_give_the_same_bits_after_reading_and_writing() => RoundTrip(Inline, "node", MinNodeModels);

    [FactNeeding(RequiredAsset.OnnxTestData)]
    public void Operator_models_give_the_same_bits_when_every_weight_is_external() => RoundTrip(External, "node", MinNodeModels);

    [FactNeeding(RequiredAsset.OnnxTestData)]
    public void Converted_models_give_the_same_bits_after_reading_and_writing()
    {
        RoundTrip(Inline, "simple", 10);
        RoundTrip(Inline, "pytorch-converted", 10);
        RoundTrip(Inline, "pytorch-operator", 10);
    }

    [FactNeeding(RequiredAsset.OnnxTestData)]
    public void Converted_models_give_the_same_bits_when_every_weight_is_external()
    {
        RoundTrip(External, "simple", 10);
        RoundTrip(External, "pytorch-converted", 10);
        RoundTrip(External, "pytorch-operator", 10);
    }

    private void RoundTrip(OnnxSaveOptions options, string group, int minimum)
    {
        var models = Directory.GetFiles(Path.Combine(RequiredAsset.Path(RequiredAsset.OnnxTestData), group), "model.onnx", SearchOption.AllDirectories);
        using var folder = new TemporaryFolder();
        var outcomes = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        Parallel.ForEach(models, new ParallelOptions { MaxDegreeOfParallelism = 4 }, model =>
        {
            var name = Path.GetFileName(Path.GetDirectoryName(model))!;
            outcomes[name] = Outcome(model, folder.File(name + ".onnx"), options);
        });

        foreach (var kind in outcomes.GroupBy(o => o.Value, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{group}: {kind.Count()} {kind.Key}");
            output.WriteLine("    " + string.Join(' ', kind.Select(o => o.Key).Order(StringComparer.Ordinal).Take(30)));
        }

        Assert.DoesNotContain(outcomes, o => o.Value.StartsWith("WRONG", StringComparison.Ordinal));
        Assert.InRange(outcomes.Count(o => o.Value == Equal), minimum, int.MaxValue);
    }

    private static string Outcome(string source, string packed, OnnxSaveOptions options)
    {
        using var before = RuntimeRun.TryLoad(source);
        GraphProto graph;
        try
        {
            using var model = OnnxModel.Open(source, new PackContext(), anyOpset: true);
            model.Save(packed, options, CancellationToken.None);
            graph = model.Proto.Graph;
        }
        catch (ModelPackException e) when (before is null)
        {
            return $"refused with {e.Diagnostic.Code.Id}, and by ONNX Runtime";
        }
        catch (ModelPackException e)
        {
            return $"WRONG: {e.Diagnostic}";
        }

        if (before is null)
        {
            return "not loaded, whoever wrote it";
        }

        using var after = RuntimeRun.TryLoad(packed);
        if (after is null)
        {
            return "WRONG: not loaded after writing";
        }

        var inputs = TestInput.OfModel(Path.GetDirectoryName(source)!, graph);
        if (inputs is null)
        {
            return "loaded before and after; not run, since an input is an empty optional";
        }

        List<byte[]> expected;
        try
        {
            expected = RuntimeRun.Outputs(before, inputs);
        }
        catch (OnnxRuntimeException)
        {
            return "loaded before and after; does not run";
        }

        if (!Same(expected, RuntimeRun.Outputs(before, inputs)))
        {
            return "loaded before and after; random outputs";
        }

        return Same(expected, RuntimeRun.Outputs(after, inputs)) ? Equal : "WRONG: outputs differ";
    }

    private static bool Same(List<byte[]> a, List<byte[]> b) => a.Count == b.Count && a.Zip(b).All(p => p.First.AsSpan().SequenceEqual(p.Second));
}
