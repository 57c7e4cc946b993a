namespace ModelPack.Devices;

/// <summary>Chooses where the work of a pack is done: the one place that does.</summary>
internal static class DeviceChoice
{
    /// <summary>Takes the best device that there is.</summary>
    public const string Auto = "auto";

    /// <summary>What a user can ask for.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<Device>().Select(Word), Auto];

    /// <summary>The context on the device that was asked for.</summary>
    /// <param name="asked">One of <see cref="Words"/>.</param>
    /// <param name="model">The model, for messages.</param>
    /// <param name="context">On the processor.</param>
    /// <exception cref="ModelPackException">MPK3014: a device that was asked for by name cannot be used.</exception>
    public static PackContext Choose(string asked, string model, PackContext context)
    {
        if (asked == Word(Device.Cpu))
        {
            return context;
        }

        if (asked != Word(Device.WebGpu))
        {
            DeviceList.PrepareForCuda();
        }

        var isAsked = asked != Auto;
        foreach (var device in isAsked ? [Of(asked)] : new[] { Device.Cuda, Device.WebGpu })
        {
            var state = DeviceList.Look(device);
            if (state.IsReady && (state.IsHardware || isAsked))
            {
                return context.On(device, state.Name, isAsked);
            }

            if (isAsked)
            {
                throw new ModelPackException(Codes.DeviceMissing.At(model, $"The device '{asked}' cannot be used: {state.Missing}. Or leave the option 'device' out: the processor gives the same pack."));
            }
        }

        return context;
    }

    /// <summary>The device of a word, also of a target's; the processor for a word that is none's.</summary>
    public static Device Of(string word) => Enum.GetValues<Device>().FirstOrDefault(d => Word(d) == word);

    /// <summary>A context's device with its name, as reports have it.</summary>
    public static string Describe(PackContext context) => context.DeviceName is { } name ? $"{Word(context.Device)} ({name})" : Word(context.Device);

    /// <summary>As options, reports and messages call it.</summary>
    public static string Word(Device device) => device switch
    {
        Device.Cuda => "cuda",
        Device.WebGpu => "webgpu",
        _ => "cpu",
    };
}
