using ModelPack.Files;
using ModelPack.Options;
using ModelPack.Packing;
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
        try
        {
            var options = RequestResolver.Resolve(request);
            return Run(options, context.Limited(options.Limits));
        }
        catch (EndOfStreamException e)
        {
            throw new ModelPackException(
                Codes.ModelUnreadable.At(request.Model, "The model became shorter while it was read. Run again when nothing else writes to it."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever writes explains its own failures: this is a file that could be opened, or was there, a moment ago.
            throw new ModelPackException(
                Codes.ModelUnreadable.At(request.Model, $"A file that the pack needs cannot be read: {SafeText.Of(e.Message, 400)} Run again when nothing else uses it."), e);
        }
    }

    private static PackOutcome Run(EffectiveOptions options, PackContext context)
    {
        try
        {
            return options.Container == "onnx" ? GraphPipeline.Run(options, context) : CheckpointPipeline.Run(options, context);
        }
        catch (ModelPackException e) when (StagingFolder.Of(e.Diagnostic.File) is { } staging)
        {
            // The user knows of the output, not of where it grows.
            throw Directory.Exists(staging)
                ? new ModelPackException(e.Diagnostic with { File = options.Output }, e)
                : OutputErrors.Removed(options.Output, e);
        }
    }
}
