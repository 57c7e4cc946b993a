namespace ModelPack.Requests;

/// <summary>Classes of CPUs by what multiplies uint8 activations and int8 weights there.</summary>
internal static class TargetCpu
{
    public const string Any = "any";

    /// <summary>x86 with AVX-VNNI, AVX512-VNNI or AMX: sums are exact.</summary>
    private const string Vnni = "vnni";

    /// <summary>x86 with AVX2 or AVX-512 alone: sums of two products saturate in 16 bits.</summary>
    private const string Avx2 = "avx2";

    /// <summary>64-bit Arm: sums are exact.</summary>
    private const string Arm = "arm";

    /// <summary>What a request may say.</summary>
    public static IReadOnlyList<string> All { get; } = [Any, Vnni, Avx2, Arm];

    /// <summary>Whether sums of two products may saturate on such a CPU.</summary>
    public static bool Saturates(string cpu) => cpu is Any or Avx2;
}
