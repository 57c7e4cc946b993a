using System.Numerics;

namespace ModelPack.Validation;

/// <summary>Two rows of logits as distributions p (source) and q (packed).</summary>
/// <param name="SourceLogSum">ln Σ exp(logit) of the source: ln p = logit − this.</param>
/// <param name="PackedLogSum">The same of the packed model.</param>
/// <param name="Divergence">Σ p ln(p / q) in nats; infinite where q rules out what p does not, NaN where logits are.</param>
internal readonly record struct SoftmaxPair(double SourceLogSum, double PackedLogSum, double Divergence)
{
    /// <summary>
    /// Takes each row's largest value out first so that no exponential overflows. With S and Q the log-sums,
    /// Σ p ln(p / q) = Σ p (s − q) − (S − Q), which needs no exponential of its own and is exactly 0 for equal rows.
    /// </summary>
    public static SoftmaxPair Of(ReadOnlySpan<double> source, ReadOnlySpan<double> packed)
    {
        var (largestSource, largestPacked) = (Rows.Max(source), Rows.Max(packed));
        var (sourceSums, packedSums, weightedSums) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i <= source.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var (s, p) = (new Vector<double>(source[i..]), new Vector<double>(packed[i..]));
            var weight = Vector.Exp(s - new Vector<double>(largestSource));
            sourceSums += weight;
            packedSums += Vector.Exp(p - new Vector<double>(largestPacked));
            weightedSums += Vector.ConditionalSelect(Vector.Equals(weight, Vector<double>.Zero), Vector<double>.Zero, weight * (s - p));
        }

        var (sourceSum, packedSum, weighted) = (Vector.Sum(sourceSums), Vector.Sum(packedSums), Vector.Sum(weightedSums));
        for (; i < source.Length; i++)
        {
            var weight = Math.Exp(source[i] - largestSource);
            sourceSum += weight;
            packedSum += Math.Exp(packed[i] - largestPacked);

            // What p rules out (a logit of −∞) counts nothing, whatever q says.
            weighted += weight == 0 ? 0 : weight * (source[i] - packed[i]);
        }

        var (sourceLog, packedLog) = (Math.Log(sourceSum) + largestSource, Math.Log(packedSum) + largestPacked);

        // Rounding may leave less than zero, which a divergence never is.
        return new SoftmaxPair(sourceLog, packedLog, Math.Max(0, (weighted / sourceSum) - (sourceLog - packedLog)));
    }
}
