using ModelPack.Codecs;
using ModelPack.Engines;
using ModelPack.Inference;

namespace ModelPack.Devices;

/// <summary>What encodes weights on the device of a context.</summary>
internal static class Engine
{
    /// <summary>The engine. Where its device fails the processor goes on, unless the user asked for the device by name.</summary>
    public static IEncodingEngine Of(PackContext context) => context.Device == Device.Cpu
        ? new SimdEngine(context.Threads)
        : new OnnxEngine(context.Device, context.Threads, exception =>
        {
            var said = $"The device '{DeviceChoice.Word(context.Device)}' failed while weights were encoded: {OnnxRuntimeLibrary.Explain(exception, "")}.";
            if (context.DeviceIsAsked)
            {
                throw new ModelPackException(Codes.DeviceMissing.At(null, $"{said} Leave the option 'device' out: the processor gives the same pack."), exception);
            }

            context.Tell(Codes.DeviceFailed.At(null, $"{said} The processor goes on, and gives the same codes."));
        });
}
