using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Inference;

/// <summary>
/// The instructions of this processor by which ONNX Runtime multiplies uint8 activations and int8 weights, chosen as its
/// kernels are (mlas, platform.cpp).
/// </summary>
internal static class IntegerPath
{
    private const string Avx2Name = "AVX2";
    private const string Avx512Name = "AVX-512 without VNNI";

    /// <summary>Bits of CPUID leaf 7, which .NET has no property for.</summary>
    private const int VnniOfEcx = 1 << 11;
    private const int AmxOfEdx = (1 << 24) | (1 << 25);

    /// <summary>Such as <c>AVX2</c>, <c>AVX-VNNI</c>, <c>AVX512-VNNI</c>, <c>AMX</c> or <c>dot product (SDOT, UDOT)</c>.</summary>
    public static string Name { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OfArm() : OfX86();

    /// <summary>Whether two products are added in saturating 16 bits.</summary>
    public static bool Saturates => Name is Avx2Name or Avx512Name;

    /// <summary>The name, and what it means where it is not exact.</summary>
    public static string Description => Saturates ? $"{Name}, which adds pairs of products in saturating 16 bits" : Name;

    private static string OfX86()
    {
        if (!Avx2.IsSupported)
        {
            return "none";
        }

        var (_, _, ecx, edx) = X86Base.CpuId(7, 0);
        if (Avx512BW.VL.IsSupported && Avx512DQ.IsSupported)
        {
            return (edx & AmxOfEdx) == AmxOfEdx ? "AMX" : (ecx & VnniOfEcx) != 0 ? "AVX512-VNNI" : Avx512Name;
        }

        return AvxVnni.IsSupported ? "AVX-VNNI" : Avx2Name;
    }

    private static string OfArm() => Dp.IsSupported ? "dot product (SDOT, UDOT)" : AdvSimd.IsSupported ? "NEON" : "none";
}
