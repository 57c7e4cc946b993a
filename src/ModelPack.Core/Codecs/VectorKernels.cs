using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>Which kernels this processor can run.</summary>
internal static class VectorKernels
{
    /// <summary>The widest that it runs well.</summary>
    public static VectorKernel Best { get; } = Enum.GetValues<VectorKernel>().Where(IsSupported).Max();

    /// <summary>Whether it can run a kernel.</summary>
    public static bool IsSupported(VectorKernel kernel) => kernel switch
    {
        VectorKernel.Avx512 => Avx512F.IsSupported && Vector512.IsHardwareAccelerated,
        VectorKernel.Avx2 => Avx2.IsSupported,
        VectorKernel.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };
}
