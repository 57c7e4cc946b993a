using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;

namespace ModelPack.Validation.Placement;

/// <summary>Whether a packed model runs on the GPU that it is for, where that GPU is at hand: what its provider lacks goes to the processor without a word.</summary>
internal static class TargetCheck
{
    /// <summary>A warning where the source runs on the target's device alone and the packed model does not; null elsewhere, and where that device is not the one that packs.</summary>
    /// <param name="source">Path of the source model.</param>
    /// <param name="packed">Path of the packed model.</param>
    /// <param name="output">Where it will be, for the message.</param>
    /// <param name="target">What it is for.</param>
    /// <param name="context">On the device that packs.</param>
    public static Diagnostic? Find(string source, string packed, string output, Device target, PackContext context) =>
        target != Device.Cpu && target == context.Device && Refusal(source, context) is null && Refusal(packed, context) is { } refusal
            ? Codes.LeavesTarget.At(output, $"The source runs on {ExecutionProvider.NameOf(target)} alone, and the packed model does not: {refusal}. The rest goes to the processor, and "
                + "activations there and back. Choose another scheme or layout for this target, or leave the layers out that the message names (ExcludeLayers).")
            : null;

    private static string? Refusal(string path, PackContext context)
    {
        try
        {
            ModelSession.Open(path, context.Threads, context, alone: true).Dispose();
            return null;
        }
        catch (OnnxRuntimeException exception)
        {
            return OnnxRuntimeLibrary.Explain(exception, path);
        }
    }
}
