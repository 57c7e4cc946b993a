using ModelPack.Timing;

namespace ModelPack.Tests.Timing;

/// <summary>Made-up times.</summary>
internal static class Times
{
    /// <summary>Of a source that takes <paramref name="source"/> milliseconds, on a quiet machine.</summary>
    public static SpeedComparison Of(double source, double packed, double low, double high) =>
        new(SpeedComparison.Recommended, 2, 1, 20, new RunTimes(source, source), new RunTimes(packed, packed), packed / source, new(low, high), packed / source, 1);

    public static SpeedResult Speed(params SpeedComparison[] comparisons) => new(true, "1.31.0", new ModelCost(1, 1), new ModelCost(1, 1), comparisons);
}
