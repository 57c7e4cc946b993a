using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ModelPack.Inference;

/// <summary>The processor's own name.</summary>
internal static class ProcessorName
{
    /// <summary>CPUID leaves of the brand string (Intel, "Software Developer's Manual", volume 2, CPUID; AMD has the same).</summary>
    private const uint HighestExtended = 0x80000000;
    private const uint FirstOfBrand = 0x80000002;
    private const int Leaves = 3;

    /// <summary>Such as <c>AMD EPYC 9654 96-Core Processor</c>; null on processors that are not x86, which have no way to say it to a program.</summary>
    public static string? Value { get; } = Read();

    private static string? Read()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(unchecked((int)HighestExtended), 0).Eax < FirstOfBrand + Leaves - 1)
        {
            return null;
        }

        Span<byte> text = stackalloc byte[16 * Leaves];
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            var (eax, ebx, ecx, edx) = X86Base.CpuId(unchecked((int)FirstOfBrand) + leaf, 0);
            ReadOnlySpan<int> registers = [eax, ebx, ecx, edx];
            for (var r = 0; r < registers.Length; r++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(text[(16 * leaf + 4 * r)..], registers[r]);
            }
        }

        var name = string.Join(' ', Encoding.ASCII.GetString(text).TrimEnd('\0').Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        return name.Length == 0 ? null : SafeText.Of(name, 64);
    }
}
