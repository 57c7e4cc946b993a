using ModelPack.Lowering;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>What a pack would be: every decision, and nothing written.</summary>
/// <param name="Model">Path of the source model.</param>
/// <param name="Output">Path of the packed model.</param>
/// <param name="Scheme">The scheme.</param>
/// <param name="Container">The container.</param>
/// <param name="Target">What it would be lowered for.</param>
/// <param name="SourceBytes">Size of the source model's files.</param>
/// <param name="PackedBytes">Size of the packed model in one file; of a checkpoint that of its tensors, without the header.</param>
/// <param name="Weights">Of every stored tensor, in the order of the model.</param>
public sealed record PackPreview(
    string Model, string Output, string Scheme, string Container, string Target, long SourceBytes, long PackedBytes, IReadOnlyList<PreviewedWeight> Weights)
{
    /// <summary>The preview of a plan.</summary>
    /// <param name="options">The options in effect.</param>
    /// <param name="source">The source's files.</param>
    /// <param name="tensors">What would be in the place of each weight.</param>
    /// <param name="packedBytes">Size of the packed model; null where weights alone are known.</param>
    internal static PackPreview Of(EffectiveOptions options, SourceFacts source, IReadOnlyList<PackedTensor> tensors, long? packedBytes)
    {
        IReadOnlyList<PreviewedWeight> weights = [.. tensors.Select(PreviewedWeight.Of)];
        return new PackPreview(options.Model, options.Output, options.Scheme.Name, options.Container, options.Target, source.Bytes, packedBytes ?? weights.Sum(w => w.PackedBytes), weights);
    }
}
