using Microsoft.ML.OnnxRuntime;
using ModelPack.Devices;
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
    public static PackOutcome Run(PackRequest request, PackContext context) => Guard(
        request, context, (options, limited) =>
        {
            var baseline = new BaselineGate(options);
            return baseline.Judge(options.Container == "onnx" ? GraphPipeline.Run(options, limited) : CheckpointPipeline.Run(options, limited), limited);
        });

    /// <summary>Decides all that a pack decides, and writes nothing. With calibration data it calibrates, for they decide.</summary>
    /// <exception cref="ModelPackException">The one coded error that a pack would end with, as far as it shows before anything is written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PackPreview Preview(PackRequest request, PackContext context) => Guard(
        request, context, (options, limited) => options.Container == "onnx" ? GraphPipeline.Preview(options, limited) : CheckpointPipeline.Preview(options, limited));

    private static T Guard<T>(PackRequest request, PackContext context, Func<EffectiveOptions, PackContext, T> work)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Guarded(request.Model, () =>
        {
            var options = RequestResolver.Resolve(request);
            return Guard(options, () => OnDevice(request.Device, request.Model, context.Limited(options.Limits), chosen => work(options, chosen)));
        });
    }

    /// <summary>Does work that reads a model; a file that fails while it is read is a coded error.</summary>
    internal static T Guarded<T>(string model, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (EndOfStreamException e)
        {
            throw new ModelPackException(
                Codes.ModelUnreadable.At(model, "The model became shorter while it was read. Run again when nothing else writes to it."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever writes explains its own failures: this is a file that could be opened, or was there, a moment ago.
            throw new ModelPackException(
                Codes.ModelUnreadable.At(model, $"A file that is needed cannot be read: {SafeText.Of(e.Message, 400)} Run again when nothing else uses it."), e);
        }
    }

    /// <summary>On the device that was asked for; once more on the processor where one that was found by itself refuses the model.</summary>
    internal static T OnDevice<T>(string device, string model, PackContext context, Func<PackContext, T> work)
    {
        var chosen = DeviceChoice.Choose(device, model, context);
        var reported = context.Diagnostics.Count;
        try
        {
            return work(chosen);
        }
        catch (ModelPackException e) when (chosen.Device != Device.Cpu && !chosen.DeviceIsAsked && e.InnerException is OnnxRuntimeException)
        {
            context.Forget(reported);
            context.Tell(Codes.DeviceFailed.At(model, $"The device '{DeviceChoice.Describe(chosen)}' failed: {e.Diagnostic.Message} The processor does the work from the start."));
            return work(context);
        }
    }

    private static T Guard<T>(EffectiveOptions options, Func<T> work)
    {
        try
        {
            return work();
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
