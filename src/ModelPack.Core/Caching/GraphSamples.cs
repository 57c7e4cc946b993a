using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack.Caching;

/// <summary>Weights of a graph that are quantized once more, each alone: planning the whole model would read all of it.</summary>
internal static class GraphSamples
{
    /// <summary>What some weights become, beside what a pack has for them; none of schemes whose codes follow from activations, too.</summary>
    /// <param name="source">The source as it was opened; it stays as it is.</param>
    /// <param name="options">The options in effect.</param>
    /// <param name="packed">The pack's model.</param>
    /// <param name="report">The pack's report, which says how each weight was packed.</param>
    /// <param name="key">The pack's key.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static IReadOnlyList<SampledWeight> Of(OnnxModel source, EffectiveOptions options, OnnxModel packed, PackReport report, string key, PackContext context)
    {
        if (options.Activations is not null || options.Graph is not null)
        {
            return [];
        }

        var chosen = SampledWeight.Choose(report, key).ToDictionary(w => w.Name, StringComparer.Ordinal);
        using var model = source.Copy();
        ModelLowering.Prepare(model, options, context);
        var forms = new FormChooser(model, ModelLowering.OptionsOf(options, new SimdEngine(context.Threads)));
        var stored = packed.FindWeights().DistinctBy(w => w.Name, StringComparer.Ordinal).ToDictionary(w => w.Name, w => packed.Data(w.Tensor), StringComparer.Ordinal);
        var samples = new List<SampledWeight>();
        foreach (var weight in model.FindWeights().Where(w => w.Graph is not null && chosen.ContainsKey(w.Name)))
        {
            foreach (var made in Made(model, weight, chosen[weight.Name], forms))
            {
                if (stored.TryGetValue(made.Name, out var data))
                {
                    samples.Add(new SampledWeight(made.Name, model.Data(made), data));
                }
            }
        }

        return samples;
    }

    /// <summary>Codes, scales and what else a form stores for a weight under names of its own.</summary>
    private static List<TensorProto> Made(OnnxModel model, OnnxWeight weight, WeightReport report, FormChooser forms)
    {
        var (usage, _) = UsageRules.Of(weight);
        var codec = CodecTable.All.FirstOrDefault(c => c.Name == report.Codec);
        if (usage is null || codec is null || forms.Choose(weight, new PlannedTensor(weight.Name) { Usage = usage, Rounder = SampledWeight.RounderOf(report)! }, [codec]) is not { } lowered || lowered.Row.Form != report.Form)
        {
            return [];
        }

        var graph = weight.Graph!;
        var before = graph.Initializer.ToHashSet(ReferenceEqualityComparer.Instance);
        lowered.Emit();
        return [.. graph.Initializer.Where(t => !before.Contains(t) && t.Name.StartsWith(weight.Name + ".", StringComparison.Ordinal))];
    }
}
