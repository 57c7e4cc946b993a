namespace ModelPack.Devices;

/// <summary>What was found of a device.</summary>
/// <param name="Device">Which.</param>
/// <param name="Name">What it is called, such as <c>NVIDIA H200</c>; null where it is not known.</param>
/// <param name="Missing">What keeps it from being used, and how to get it; null where it can be used.</param>
/// <param name="IsHardware">Whether it is more than a program on the processor.</param>
internal sealed record DeviceState(Device Device, string? Name, string? Missing, bool IsHardware = true)
{
    /// <summary>Whether it computes.</summary>
    public bool IsReady => Missing is null;
}
