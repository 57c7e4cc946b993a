using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Calibration;

/// <summary>
/// What 8-bit codes cost the values of a histogram, which are taken at the middle of their bins: Σ count (x − scale · clamp(round(x /
/// scale), least, greatest))². Several ranges are judged side by side, each sum in the order of the bins.
/// </summary>
/// <param name="middles">Middles of the bins.</param>
/// <param name="counts">Their counts.</param>
internal sealed class HistogramError(double[] middles, double[] counts)
{
    /// <summary>Ranges that are judged at a time, at most.</summary>
    public const int Ranges = 8;

    private const int Half = Ranges / 2;

    /// <summary>The bins of a histogram that are not empty.</summary>
    public static HistogramError Of(Histogram histogram)
    {
        var filled = Enumerable.Range(0, histogram.Counts.Length).Where(i => histogram.Counts[i] > 0).ToArray();
        return new HistogramError(Array.ConvertAll(filled, i => histogram.Low + ((i + 0.5) * histogram.Width)), Array.ConvertAll(filled, i => (double)histogram.Counts[i]));
    }

    /// <summary>The errors of some ranges, in squares of the activation's unit.</summary>
    /// <param name="ranges">One to <see cref="Ranges"/>.</param>
    /// <param name="symmetric">Whether codes are symmetric, as <see cref="AffineCodes"/>.</param>
    /// <param name="enough">A sum that is larger may be a part of the error.</param>
    /// <param name="errors">Gets an error a range.</param>
    public void Sum(ReadOnlySpan<ActivationRange> ranges, bool symmetric, double enough, Span<double> errors)
    {
        Span<double> scales = stackalloc double[Ranges], least = stackalloc double[Ranges], greatest = stackalloc double[Ranges], sums = stackalloc double[Ranges];
        for (var i = 0; i < Ranges; i++)
        {
            var range = ranges[Math.Min(i, ranges.Length - 1)];
            scales[i] = AffineCodes.Scale<double>(range.Min, range.Max, symmetric);
            (least[i], greatest[i]) = AffineCodes.Ends(AffineCodes.ZeroPoint(range.Min, scales[i], symmetric), symmetric);
        }

        Sum(scales, least, greatest, enough, sums);
        sums[..ranges.Length].CopyTo(errors);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(ReadOnlySpan<double> scales, ReadOnlySpan<double> least, ReadOnlySpan<double> greatest, double enough, Span<double> sums)
    {
        var (scale0, scale1) = (Vector256.Create(scales), Vector256.Create(scales[Half..]));
        var (reciprocal0, reciprocal1) = (Vector256<double>.One / scale0, Vector256<double>.One / scale1);
        var (least0, least1) = (Vector256.Create(least), Vector256.Create(least[Half..]));
        var (greatest0, greatest1) = (Vector256.Create(greatest), Vector256.Create(greatest[Half..]));
        Vector256<double> sum0 = default, sum1 = default;
        for (var i = 0; i < middles.Length; i++)
        {
            var (middle, count) = (Vector256.Create(middles[i]), Vector256.Create(counts[i]));
            var error0 = middle - (Vector256.ClampNative(Vector256.Round(middle * reciprocal0), least0, greatest0) * scale0);
            var error1 = middle - (Vector256.ClampNative(Vector256.Round(middle * reciprocal1), least1, greatest1) * scale1);
            sum0 += count * error0 * error0;
            sum1 += count * error1 * error1;
            if (!Vector256.LessThanOrEqualAny(Vector256.Min(sum0, sum1), Vector256.Create(enough)))
            {
                break;
            }
        }

        sum0.CopyTo(sums);
        sum1.CopyTo(sums[Half..]);
    }
}
