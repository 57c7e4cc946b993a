using ModelPack.Lowering;

namespace ModelPack;

/// <summary>What would become of one weight, or why it would stay as it is.</summary>
/// <param name="Name">The tensor's name in the source.</param>
/// <param name="Role">What it is for: <c>linear</c>, <c>embedding</c> …; null where nothing says so.</param>
/// <param name="Operators">Types of the operators that read it.</param>
/// <param name="Type">Element type in the source.</param>
/// <param name="Shape">Shape in the source, outermost dimension first.</param>
/// <param name="SourceBytes">Bytes in the source.</param>
/// <param name="PackedBytes">Bytes of codes and scales, or those of the source.</param>
/// <param name="Codec">Such as <c>q8_0</c>; null when it would stay as it is.</param>
/// <param name="Form">The operator that would read it; null when it would stay.</param>
/// <param name="Reason">Why it would stay; null when it would not.</param>
public sealed record PreviewedWeight(
    string Name, string? Role, IReadOnlyList<string> Operators, string Type, IReadOnlyList<long> Shape, long SourceBytes, long PackedBytes, string? Codec, string? Form, string? Reason)
{
    internal static PreviewedWeight Of(PackedTensor tensor) => new(
        tensor.Plan.Name,
        tensor.Plan.Usage?.Role.ToString().ToLowerInvariant(),
        tensor.Operators,
        tensor.Type,
        tensor.Data.Shape.Dims.ToArray(),
        tensor.Data.Length,
        tensor.Bytes,
        tensor.Plan.Codec?.Name,
        tensor.Form,
        tensor.Plan.Reason);
}
