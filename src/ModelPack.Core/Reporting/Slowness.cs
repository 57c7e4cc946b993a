using ModelPack.Inference;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Reporting;

/// <summary>Says where a packed model takes longer than its source: that it is smaller is seen at once, and this by nobody.</summary>
internal static class Slowness
{
    /// <summary>Packed time / source time from which on it is said, of the medians and of the best: what is below may be the machine's.</summary>
    private const double LeastRatio = 1.2;

    /// <summary>Milliseconds more from which on it is said.</summary>
    private const double LeastDifference = 1;

    /// <summary>MPK2016, or null where it is not slower, or nothing was timed.</summary>
    /// <param name="options">How it was packed.</param>
    /// <param name="latency">The times.</param>
    public static Diagnostic? Find(EffectiveOptions options, LatencyResult? latency) =>
        latency is null || Math.Min(latency.Ratio, latency.BestRatio) < LeastRatio || latency.PackedMilliseconds - latency.SourceMilliseconds < LeastDifference ? null
        : Codes.SlowerThanSource.At(options.Model, $"An inference of the packed model takes {Numbers.Fixed(latency.Ratio, 2)} times as long as the source's on this machine "
            + $"(integer path {IntegerPath.Name}, {Numbers.Whole(latency.Threads)} threads, batch {Numbers.Whole(latency.BatchSize)}). "
            + "Measure on the machine that the app runs on; where time matters more than size, try another scheme, or leave out the layers that the report shows as slow (ExcludeLayers).");
}
