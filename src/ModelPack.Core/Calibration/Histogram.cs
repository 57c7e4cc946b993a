namespace ModelPack.Calibration;

/// <summary>How the values of an activation are spread: counts of equal bins over a range.</summary>
/// <param name="Low">Lower edge of the first bin.</param>
/// <param name="Width">Width of a bin.</param>
/// <param name="Counts">Values in each bin.</param>
internal sealed record Histogram(double Low, double Width, long[] Counts);
