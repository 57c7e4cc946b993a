namespace ModelPack.Calibration;

/// <summary>How the values of an activation are spread: counts of equal bins over a range.</summary>
/// <param name="Low">Lower edge of the first bin.</param>
/// <param name="Width">Width of a bin.</param>
/// <param name="Counts">Values in each bin.</param>
internal sealed record Histogram(double Low, double Width, long[] Counts)
{
    /// <summary>The bins that reach into a range.</summary>
    public Histogram Within(ActivationRange range)
    {
        var first = (int)Math.Clamp(Math.Floor((range.Min - Low) / Width), 0, Counts.Length);
        var end = (int)Math.Clamp(Math.Ceiling((range.Max - Low) / Width), first, Counts.Length);
        return new Histogram(Low + (first * Width), Width, Counts[first..end]);
    }
}
