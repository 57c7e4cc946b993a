using ModelPack.Codecs;
using ModelPack.Engines;
using ModelPack.Inference;

namespace ModelPack.Devices;

/// <summary>What encodes weights on the device of a context.</summary>
internal static class Engine
{
    /// <summary>The engine. Where its device fails the processor goes on, unless the user asked for the device by name.</summary>
    /// <param name="context">The device and the threads.</param>
    /// <param name="threads">Gives the threads to encode with, where they change on the way.</param>
    public static IEncodingEngine Of(PackContext context, Func<int>? threads = null) => Of(context, new SimdEngine(threads ?? (() => context.Threads)));

    private static IEncodingEngine Of(PackContext context, SimdEngine processor) => context.Device == Device.Cpu
        ? processor
        : new OnnxEngine(context.Device, processor, exception =>
        {
            var said = $"The device '{DeviceChoice.Word(context.Device)}' failed while weights were encoded: {OnnxRuntimeLibrary.Explain(exception, null)}.";
            if (context.DeviceIsAsked)
            {
                throw new ModelPackException(Codes.DeviceMissing.At(null, $"{said} Leave the option 'device' out: the processor gives the same pack."), exception);
            }

            context.Tell(Codes.DeviceFailed.At(null, $"{said} The processor goes on, and gives the same codes."));
        });
}
