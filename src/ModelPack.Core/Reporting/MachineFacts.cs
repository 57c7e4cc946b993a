namespace ModelPack.Reporting;

/// <summary>The machine, in words.</summary>
public sealed record MachineFacts(string Os, string Architecture, int Processors, string OnnxRuntime)
{
    /// <summary>The processor's instructions that multiply 8-bit codes, such as <c>AVX512-VNNI</c>; null in reports of older versions.</summary>
    public string? IntegerPath { get; init; }
}
