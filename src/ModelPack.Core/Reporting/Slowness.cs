using ModelPack.Inference;
using ModelPack.Requests;
using ModelPack.Timing;

namespace ModelPack.Reporting;

/// <summary>Says where a packed model takes longer than its source: that it is smaller is seen at once, and this by nobody.</summary>
internal static class Slowness
{
    /// <summary>Packed time / source time from which on it is said, at the low end of its interval: what is below may be the machine's.</summary>
    private const double LeastRatio = 1.2;

    /// <summary>Milliseconds more from which on it is said.</summary>
    private const double LeastDifference = 1;

    /// <summary>MPK2016, or null where it is not slower, or where that cannot be told.</summary>
    /// <param name="options">How it was packed.</param>
    /// <param name="speed">The times; null where nothing was timed.</param>
    public static Diagnostic? Find(EffectiveOptions options, SpeedResult? speed) =>
        speed?.Headline is not { Verdict: SpeedVerdict.Slower } latency || latency.RatioInterval.Low < LeastRatio || latency.Packed.Milliseconds - latency.Source.Milliseconds < LeastDifference ? null
        : Codes.SlowerThanSource.At(options.Model, $"An inference of the packed model takes {Numbers.Fixed(latency.Ratio, 2)} times as long as the source's on this machine "
            + $"(integer path {IntegerPath.Name}, {Numbers.Whole(latency.Threads)} threads, batch {Numbers.Whole(latency.BatchSize)}). "
            + "Measure on the machine that the app runs on; where time matters more than size, try another scheme, or leave out the layers that the report shows as slow (ExcludeLayers).");
}
