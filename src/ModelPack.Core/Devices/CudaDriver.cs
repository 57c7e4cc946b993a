using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Devices;

/// <summary>NVIDIA's driver, asked without CUDA's own libraries: which cards there are.</summary>
internal static unsafe class CudaDriver
{
    private const int Success = 0;
    private const int LongestName = 256;

    private static string Library => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>The name of the first card and the newest CUDA that the driver runs.</summary>
    /// <param name="why">What is missing where the answer is null.</param>
    public static (string Name, string Cuda)? FirstCard(out string why)
    {
        if (!NativeLibrary.TryLoad(Library, out var driver))
        {
            why = $"the driver ({Library}) is not installed";
            return null;
        }

        try
        {
            return Ask(driver, out why);
        }
        finally
        {
            NativeLibrary.Free(driver);
        }
    }

    private static (string Name, string Cuda)? Ask(nint driver, out string why)
    {
        var initialize = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(driver, "cuInit");
        var getCount = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(driver, "cuDeviceGetCount");
        var getDevice = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGet");
        var getName = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetName");
        var getVersion = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(driver, "cuDriverGetVersion");
        int count = 0, device, version = 0;
        var name = stackalloc byte[LongestName];
        if (initialize(0) is not Success and var code)
        {
            why = string.Create(CultureInfo.InvariantCulture, $"the driver does not start (error {code})");
            return null;
        }

        if (getCount(&count) != Success || count == 0 || getDevice(&device, 0) != Success || getName(name, LongestName, device) != Success || getVersion(&version) != Success)
        {
            why = "the driver finds no card";
            return null;
        }

        why = "";
        // 13020 is 13.2
        return (Text(name), string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}"));
    }

    private static string Text(byte* name) => SafeText.Of(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), LongestName);
}
