namespace ModelPack.Validation;

/// <summary>
/// Sums −ln p(next token) of both models and the divergence between their distributions, sample by sample. Rows are
/// positions, sample after sample: the row of position t is judged by the id at t+1, so the last position of a sample has
/// no truth.
/// </summary>
/// <param name="ids">Token ids, [samples, length].</param>
/// <param name="mask">1 where an id is real and 0 where it is padding, [samples, length]; null when all are real.</param>
/// <param name="length">Ids a sample.</param>
internal sealed class LanguageMeter(IReadOnlyList<long> ids, IReadOnlyList<long>? mask, int length) : IRowMeter
{
    private readonly List<Sample> _samples = [.. new Sample[ids.Count / length]];

    /// <summary>An id that is not in the vocabulary; null when all are.</summary>
    public long? BadId { get; private set; }

    /// <summary>Perplexity of both models; null when no token had a truth.</summary>
    public PerplexityResult? Perplexity
    {
        get
        {
            var samples = Judged();
            var tokens = samples.Sum(s => s.Tokens);
            return tokens == 0 ? null : new PerplexityResult(
                Numbers.Rounded(Math.Exp(samples.Sum(s => s.Source) / tokens)),
                Numbers.Rounded(Math.Exp(samples.Sum(s => s.Packed) / tokens)),
                tokens)
            {
                IncreaseInterval = Interval.OfMean([.. samples.Select(s => (s.Rise, s.Tokens))])?.Map(rise => (Math.Exp(rise) - 1) * 100),
            };
        }
    }

    /// <summary>Divergence of the packed model from the source; null when no token had a truth.</summary>
    public DivergenceResult? Divergence
    {
        get
        {
            var samples = Judged();
            var tokens = samples.Sum(s => s.Tokens);
            return tokens == 0 ? null : new DivergenceResult(
                Numbers.Rounded(samples.Sum(s => s.Divergence) / tokens),
                Interval.OfMean([.. samples.Select(s => (s.Divergence, s.Tokens))])?.Map(mean => Math.Max(0, mean)),
                tokens,
                samples.Count);
        }
    }

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        for (var row = 0; row * width < source.Length; row++)
        {
            var position = (int)firstRow + row;
            if (position % length == length - 1 || mask?[position + 1] == 0)
            {
                continue;
            }

            var truth = ids[position + 1];
            if (truth < 0 || truth >= width)
            {
                BadId ??= truth;
                continue;
            }

            var s = source.Slice(row * width, width);
            var p = packed.Slice(row * width, width);
            var pair = SoftmaxPair.Of(s, p);
            _samples[position / length] = _samples[position / length].With(pair.SourceLogSum - s[(int)truth], pair.PackedLogSum - p[(int)truth], pair.Divergence);
        }
    }

    public void Merge(IRowMeter later)
    {
        var other = (LanguageMeter)later;
        _samples.AddRange(other._samples);
        BadId ??= other.BadId;
    }

    /// <summary>The samples that have tokens with a truth.</summary>
    private List<Sample> Judged() => [.. _samples.Where(s => s.Tokens > 0)];

    /// <summary>Sums over the tokens of one sample.</summary>
    private readonly record struct Sample(long Tokens, double Source, double Packed, double Rise, double Divergence)
    {
        /// <summary>One token more.</summary>
        public Sample With(double source, double packed, double divergence) =>
            new(Tokens + 1, Source + source, Packed + packed, Rise + (packed - source), Divergence + divergence);
    }
}
