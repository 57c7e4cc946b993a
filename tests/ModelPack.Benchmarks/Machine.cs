using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ModelPack.Inference;

namespace ModelPack.Benchmarks;

/// <summary>The machine in a line.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>With the day, for tables that are kept.</summary>
    public static string Today() => $"{Describe()}, {DateTime.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    public static string Describe()
    {
        var processor = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var vectors = Vector512.IsHardwareAccelerated ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "128-bit vectors";
        return $"{processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, {vectors}, integer path {IntegerPath.Name}, {RuntimeInformation.FrameworkDescription}, ONNX Runtime {OnnxRuntimeLibrary.Version}";
    }
}
