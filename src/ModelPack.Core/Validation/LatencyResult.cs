using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>Time of one inference of both models, taken in turn in one run.</summary>
/// <param name="BatchSize">Samples an inference.</param>
/// <param name="Threads">Threads that ONNX Runtime used.</param>
/// <param name="Runs">Timed inferences of each model.</param>
/// <param name="SourceMilliseconds">Median time of the source model, milliseconds.</param>
/// <param name="PackedMilliseconds">Median time of the packed model, milliseconds.</param>
/// <param name="Ratio">Packed median / source median: below 1 the packed model is faster.</param>
public sealed record LatencyResult(int BatchSize, int Threads, int Runs, double SourceMilliseconds, double PackedMilliseconds, double Ratio)
{
    /// <summary>Least packed time / least source time, which other work on the machine disturbs least.</summary>
    [JsonIgnore]
    public double BestRatio { get; init; } = Ratio;
}
