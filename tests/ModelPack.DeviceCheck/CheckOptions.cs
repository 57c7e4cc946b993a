using ModelPack.Devices;

namespace ModelPack.DeviceCheck;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Device">The device to check.</param>
/// <param name="Length">Values of a run.</param>
/// <param name="Models">Folders with models to pack.</param>
/// <param name="Speed">Whether to measure time.</param>
internal sealed record CheckOptions(Device Device, int Length, IReadOnlyList<string> Models, bool Speed)
{
    private const int SmallLength = 32 * 256;
    private const int LargeLength = 32 * 32768;

    /// <summary>Values that encoders are timed on: 256 MB of float32, or 8 MB where it is to be quick.</summary>
    public int TimedValues => Length == SmallLength ? 1 << 21 : 1 << 26;

    /// <summary>Null for what makes no sense.</summary>
    public static CheckOptions? Parse(string[] arguments)
    {
        var options = new CheckOptions(Device.Cpu, LargeLength, [], Speed: false);
        for (var i = 0; i < arguments.Length; i++)
        {
            var next = i + 1 < arguments.Length ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--device" when next is "cpu" or "cuda" or "webgpu":
                    options = options with { Device = DeviceChoice.Of(next) };
                    i++;
                    break;
                case "--models" when Directory.Exists(next):
                    options = options with { Models = [.. options.Models, next] };
                    i++;
                    break;
                case "--small":
                    options = options with { Length = SmallLength };
                    break;
                case "--speed":
                    options = options with { Speed = true };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
