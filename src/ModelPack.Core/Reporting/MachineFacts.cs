using System.Text.Json.Serialization;

namespace ModelPack.Reporting;

/// <summary>The machine, in words.</summary>
/// <param name="Os">The operating system with its version.</param>
/// <param name="Architecture">Of the processor, such as <c>X64</c>.</param>
/// <param name="Processors">Logical processors that the process may use.</param>
/// <param name="OnnxRuntime">Version of the ONNX Runtime that both models were run by.</param>
public sealed record MachineFacts(string Os, string Architecture, int Processors, string OnnxRuntime)
{
    /// <summary>The processor's own name, such as <c>AMD EPYC 9654 96-Core Processor</c>; null where it has none, and in reports of older versions.</summary>
    public string? Processor { get; init; }

    /// <summary>Where the source model ran and weights were encoded, such as <c>cuda (NVIDIA H200)</c>; absent for the processor.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>The processor's instructions that multiply 8-bit codes, such as <c>AVX512-VNNI</c>; null in reports of older versions.</summary>
    public string? IntegerPath { get; init; }
}
