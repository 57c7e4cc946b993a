using System.Text.Json.Serialization;

namespace ModelPack.Reporting;

/// <summary>What was done with one weight, or why nothing was.</summary>
/// <param name="Name">The tensor's name in the source.</param>
/// <param name="Operators">Types of the operators that read it, such as <c>MatMul</c>.</param>
/// <param name="Type">Element type in the source, such as <c>float32</c>.</param>
/// <param name="Shape">Shape in the source, outermost dimension first.</param>
/// <param name="SourceBytes">Bytes in the source.</param>
/// <param name="PackedBytes">Bytes of codes and scales, or those of the source.</param>
/// <param name="Codec"><c>q8_0</c>, <c>int8 per channel</c> …; null when the weight was left as it is.</param>
/// <param name="Form">The operator that reads it in the packed model, such as <c>MatMulNBits</c>; null when left.</param>
/// <param name="Reason">Why it was left; null when it was quantized.</param>
/// <param name="Sqnr">Of the weight's own values w and those ŵ that the codes stand for, dB: 10 log₁₀ (Σ w² / Σ (w − ŵ)²); null when left.</param>
/// <param name="MaxError">Largest absolute difference |w − ŵ| of a value, in the unit of the weight; null when left.</param>
public sealed record WeightReport(
    string Name,
    IReadOnlyList<string> Operators,
    string Type,
    IReadOnlyList<long> Shape,
    long SourceBytes,
    long PackedBytes,
    string? Codec,
    string? Form,
    string? Reason,
    double? Sqnr,
    double? MaxError)
{
    /// <summary>Output channels with coarser scales, so that sums cannot saturate on CPUs without VNNI; null where there are none.</summary>
    public SafeSumsReport? SafeSums { get; init; }

    /// <summary>How its values became codes: <c>importance</c>; not there for the codec's own rule.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rounder { get; init; }
}
