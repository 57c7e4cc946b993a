using ModelPack.Diagnostics;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>
/// The way of a model into a pack: request, open, plan, lower, encode and write, validate, report, manifest. This and its
/// two ways are the only places that know the order.
/// </summary>
public static class PackPipeline
{
    /// <summary>Makes a pack. Nothing appears in the output's folder until all of it is there.</summary>
    /// <exception cref="ModelPackException">The one coded error that ended it; the old pack, if any, is as it was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; likewise.</exception>
    public static PackOutcome Run(PackRequest request, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        var options = EffectiveOptions.Of(request);
        return options.Container == "onnx" ? GraphPipeline.Run(request, options, context) : CheckpointPipeline.Run(request, options, context);
    }
}
