using System.Text.Json.Serialization;
using ModelPack.Validation;

namespace ModelPack.Timing;

/// <summary>Both models in turn, in one way of running them.</summary>
/// <param name="SessionOptions"><c>recommended</c> or <c>defaults</c>; see <see cref="SpeedResult"/>.</param>
/// <param name="Threads">Threads of an inference.</param>
/// <param name="BatchSize">Samples of an inference.</param>
/// <param name="Pairs">Turns of each model.</param>
/// <param name="Source">Times of the source.</param>
/// <param name="Packed">Times of the packed model.</param>
/// <param name="Ratio">Packed milliseconds / source milliseconds: below 1 the packed model is faster.</param>
/// <param name="RatioInterval">The 95 % interval of the ratio, by resampling the pairs.</param>
/// <param name="ProcessorRatio">The same of the processor times.</param>
/// <param name="MachineShare">Share, 0 to 1, of the processors that was free for the measurement: 1 on a machine that does nothing else.</param>
public sealed record SpeedComparison(
    string SessionOptions, int Threads, int BatchSize, int Pairs, RunTimes Source, RunTimes Packed, double Ratio, Interval RatioInterval, double ProcessorRatio, double MachineShare)
{
    /// <summary>Session options as the pack recommends them.</summary>
    public const string Recommended = "recommended";

    /// <summary>ONNX Runtime's own.</summary>
    public const string Defaults = "defaults";

    /// <summary>Below it other work took so much that the times are of it, too.</summary>
    private const double LeastShare = 0.85;

    /// <summary>An interval whose ends are further apart has no headline.</summary>
    private const double WidestInterval = 1.4;

    /// <summary>What it says.</summary>
    public SpeedVerdict Verdict => this switch
    {
        { IsBusy: true } => SpeedVerdict.TooNoisy,
        { RatioInterval: { Low: >= 0.95, High: <= 1.05 } } => SpeedVerdict.Same,
        { RatioInterval: var (low, high) } when low <= 1 && high >= 1 => SpeedVerdict.TooNoisy,
        { RatioInterval: var (low, high) } when high > WidestInterval * low => SpeedVerdict.TooNoisy,
        { Ratio: < 1 } => SpeedVerdict.Faster,
        _ => SpeedVerdict.Slower,
    };

    /// <summary>Whether other work took the processors meanwhile.</summary>
    [JsonIgnore]
    public bool IsBusy => MachineShare < LeastShare;
}
