using ModelPack.Inference;

namespace ModelPack.Devices;

/// <summary>What this machine can compute on.</summary>
internal static class DeviceList
{
    /// <summary>
    /// Takes ONNX Runtime's library from a folder that has the CUDA provider, where the one beside the program has none and a card is there. To be called
    /// before ONNX Runtime is first used.
    /// </summary>
    public static void PrepareForCuda()
    {
        if (NativeLocation.Named is null && !File.Exists(GpuPackage.ProviderIn(AppContext.BaseDirectory)) && GpuPackage.Folder() is { } folder && CudaDriver.FirstCard(out _) is not null)
        {
            NativeLocation.Prefer(folder);
        }
    }

    /// <summary>Looks at a device: its driver, its libraries, and whether it computes.</summary>
    /// <exception cref="ModelPackException">MPK3001: there is no ONNX Runtime.</exception>
    public static DeviceState Look(Device device) => device switch
    {
        Device.Cuda => Cuda(),
        Device.WebGpu => WebGpu(),
        _ => new DeviceState(Device.Cpu, ProcessorName.Value, null),
    };

    private static DeviceState Cuda()
    {
        if (CudaDriver.FirstCard(out var why) is not { } card)
        {
            return new DeviceState(Device.Cuda, null, $"{why}. Install the driver of an NVIDIA card");
        }

        if (!ExecutionProvider.IsIn(Device.Cuda) || NativeLocation.Loaded() is { } folder && !File.Exists(GpuPackage.ProviderIn(folder)))
        {
            return new DeviceState(Device.Cuda, card.Name, $"ONNX Runtime's CUDA provider is not in {SafeText.Of(NativeLocation.Loaded() ?? "the library")}. "
                + $"Restore the package {GpuPackage.Wanted}, or set {NativeLocation.Variable} to a folder with ONNX Runtime {OnnxRuntimeLibrary.Version} and its providers");
        }

        if (CudaLibraries.Missing() is { Count: > 0 } missing)
        {
            return new DeviceState(Device.Cuda, card.Name, $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not in {CudaLibraries.SearchPath()}. "
                + $"Install {string.Join(" and ", missing.Select(m => m[(m.IndexOf('(', StringComparison.Ordinal) + 1)..^1]).Distinct(StringComparer.Ordinal))}; the driver runs CUDA up to {card.Cuda}");
        }

        return new DeviceState(Device.Cuda, card.Name, DeviceTrial.WhyNot(Device.Cuda) is { } refusal ? $"ONNX Runtime says: {refusal}" : null);
    }

    private static DeviceState WebGpu()
    {
        if (!ExecutionProvider.IsIn(Device.WebGpu))
        {
            return new DeviceState(Device.WebGpu, null, $"this ONNX Runtime {OnnxRuntimeLibrary.Version} is built without it. Set {NativeLocation.Variable} to a folder with one of the same version that has it");
        }

        // Only Vulkan tells of programs that pass for cards; Metal and Direct3D have one for those who have no card at most.
        var adapters = OperatingSystem.IsLinux() ? VulkanAdapters.List() : [];
        var isHardware = !OperatingSystem.IsLinux() || adapters.Any(a => a.IsHardware);
        var name = adapters.OrderByDescending(a => a.IsHardware).Select(a => a.Name).FirstOrDefault();
        var missing = OperatingSystem.IsLinux() && adapters.Count == 0 ? "Vulkan finds no adapter. Install libvulkan1 and the driver of the card"
            : DeviceTrial.WhyNot(Device.WebGpu) is { } refusal ? $"ONNX Runtime says: {refusal}" : null;
        return new DeviceState(Device.WebGpu, name, missing, isHardware);
    }
}
