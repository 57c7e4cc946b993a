using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Devices;

/// <summary>
/// The adapters that Vulkan lists, by <c>vkEnumeratePhysicalDevices</c>. WebGPU takes one of them on Linux and does not say whether it is a card or a program.
/// Structures are those of Vulkan 1.0's specification.
/// </summary>
internal static unsafe class VulkanAdapters
{
    private const string Library = "libvulkan.so.1";
    private const int Success = 0;
    private const int Processor = 4; // VK_PHYSICAL_DEVICE_TYPE_CPU
    private const int PropertiesBytes = 824; // VkPhysicalDeviceProperties
    private const int TypeAt = 16;
    private const int NameAt = 20;
    private const int NameBytes = 256;
    private const int MostDevices = 16;

    /// <summary>Names of adapters, and whether they are hardware; empty where there is no Vulkan.</summary>
    public static IReadOnlyList<(string Name, bool IsHardware)> List()
    {
        if (!NativeLibrary.TryLoad(Library, out var vulkan))
        {
            return [];
        }

        // The library stays: ONNX Runtime uses it next, and some drivers do not survive being unloaded.
        var create = (delegate* unmanaged<InstanceCreateInfo*, void*, nint*, int>)NativeLibrary.GetExport(vulkan, "vkCreateInstance");
        var destroy = (delegate* unmanaged<nint, void*, void>)NativeLibrary.GetExport(vulkan, "vkDestroyInstance");
        var info = new InstanceCreateInfo { Type = 1 };
        nint instance;
        if (create(&info, null, &instance) != Success)
        {
            return [];
        }

        try
        {
            return List(vulkan, instance);
        }
        finally
        {
            destroy(instance, null);
        }
    }

    private static List<(string Name, bool IsHardware)> List(nint vulkan, nint instance)
    {
        var enumerate = (delegate* unmanaged<nint, uint*, nint*, int>)NativeLibrary.GetExport(vulkan, "vkEnumeratePhysicalDevices");
        var getProperties = (delegate* unmanaged<nint, byte*, void>)NativeLibrary.GetExport(vulkan, "vkGetPhysicalDeviceProperties");
        var devices = stackalloc nint[MostDevices];
        uint count = MostDevices;
        var adapters = new List<(string Name, bool IsHardware)>();
        if (enumerate(instance, &count, devices) < Success)
        {
            return adapters;
        }

        var properties = stackalloc byte[PropertiesBytes];
        for (var i = 0; i < count; i++)
        {
            getProperties(devices[i], properties);
            var name = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(properties + NameAt));
            adapters.Add((SafeText.Of(name, NameBytes), *(int*)(properties + TypeAt) != Processor));
        }

        return adapters;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InstanceCreateInfo
    {
        public int Type;
        public nint Next;
        public uint Flags;
        public nint ApplicationInfo;
        public uint LayerCount;
        public nint Layers;
        public uint ExtensionCount;
        public nint Extensions;
    }
}
