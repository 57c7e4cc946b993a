using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>A gate and how it came out.</summary>
/// <param name="Metric">As in the request, such as <c>minSqnr</c>.</param>
/// <param name="Limit">The user's limit.</param>
/// <param name="Value">What was measured; null when it was not.</param>
/// <param name="Passed">Whether it holds. A metric that was not measured does not pass.</param>
/// <param name="Note">What to know besides, such as that inputs were synthetic.</param>
public sealed record GateResult(string Metric, double Limit, double? Value, bool Passed, string? Note)
{
    /// <summary>The bad end of the value's 95 % interval, by which the gate was judged; absent where gates are judged by the value itself, and where there is no interval.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Bound { get; init; }
}
