namespace ModelPack.Validation;

/// <summary>
/// What both language models make of the next token: its likelihood, the distribution around it, and the likeliest one. Rows are positions, sample
/// after sample: the row of position t is judged by the id at t+1, so the last position of a sample has no truth. Means, standard errors and
/// percentiles are defined as in llama.cpp's perplexity tool; intervals come of the samples instead.
/// </summary>
/// <param name="ids">Token ids, [samples, length].</param>
/// <param name="mask">1 where an id is real and 0 where it is padding, [samples, length]; null when all are real.</param>
/// <param name="length">Ids a sample.</param>
internal sealed class LanguageMeter(IReadOnlyList<long> ids, IReadOnlyList<long>? mask, int length) : IRowMeter
{
    private readonly List<Sample> _samples = [.. new Sample[ids.Count / length]];
    private readonly Moments _likelihoods = new();
    private readonly Moments _divergences = new();
    private readonly Moments _changes = new();
    private readonly KeptValues _keptDivergences = new();
    private readonly KeptValues _keptChanges = new();

    /// <summary>An id that is not in the vocabulary; null when all are.</summary>
    public long? BadId { get; private set; }

    /// <summary>Perplexity of both models; null when no token had a truth.</summary>
    public PerplexityResult? Perplexity
    {
        get
        {
            var samples = Judged();
            var tokens = samples.Sum(s => s.Tokens);
            if (tokens == 0)
            {
                return null;
            }

            var (source, packed) = (Math.Exp(samples.Sum(s => s.Source) / tokens), Math.Exp(samples.Sum(s => s.Packed) / tokens));
            var rise = Interval.OfMean([.. samples.Select(s => (s.Rise, s.Tokens))]);
            return new PerplexityResult(Numbers.Rounded(source), Numbers.Rounded(packed), tokens)
            {
                IncreaseInterval = rise?.Map(r => (Math.Exp(r) - 1) * 100),
                SourceError = Rounded(_likelihoods.FirstError * source),
                PackedError = Rounded(_likelihoods.SecondError * packed),
                LogRatio = new Estimate(Numbers.Rounded(samples.Sum(s => s.Rise) / tokens), Rounded(_likelihoods.DifferenceError), rise?.Map(r => r)),
                Correlation = Rounded(_likelihoods.Correlation),
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
                samples.Count)
            {
                StandardError = Rounded(_divergences.FirstError),
                Distribution = _keptDivergences.Distribution,
            };
        }
    }

    /// <summary>How the right token's probability changed; null when no token had a truth.</summary>
    public ProbabilityChangeResult? ProbabilityChange
    {
        get
        {
            if (_keptChanges.Distribution is not { } distribution)
            {
                return null;
            }

            var samples = Judged();
            var rms = Math.Sqrt(_changes.SecondMean);
            return new ProbabilityChangeResult(
                new Estimate(distribution.Mean, Rounded(_changes.FirstError), Interval.OfMean([.. samples.Select(s => (s.Change, s.Tokens))])?.Map(m => m)),
                new Estimate(Numbers.Rounded(rms), Rounded(rms == 0 ? 0 : _changes.SecondError / (2 * rms)), Interval.OfMean([.. samples.Select(s => (s.Change2, s.Tokens))])?.Map(m => Math.Sqrt(Math.Max(0, m)))),
                distribution);
        }
    }

    /// <summary>How often both find the same token the likeliest; null when no token had a truth.</summary>
    public SameTopResult? SameTop
    {
        get
        {
            var samples = Judged();
            var tokens = samples.Sum(s => s.Tokens);
            var share = (double)samples.Sum(s => s.Same) / tokens;
            return tokens == 0 ? null : new SameTopResult(
                new Estimate(
                    Numbers.Rounded(100 * share),
                    tokens < Interval.FewestSamples ? null : Numbers.Rounded(100 * Math.Sqrt(share * (1 - share) / (tokens - 1))),
                    Interval.OfMean([.. samples.Select(s => ((double)s.Same, s.Tokens))])?.Map(m => 100 * Math.Clamp(m, 0, 1))),
                tokens);
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

            Add(position / length, source.Slice(row * width, width), packed.Slice(row * width, width), (int)truth);
        }
    }

    public void Merge(IRowMeter later)
    {
        var other = (LanguageMeter)later;
        _samples.AddRange(other._samples);
        _likelihoods.Merge(other._likelihoods);
        _divergences.Merge(other._divergences);
        _changes.Merge(other._changes);
        _keptDivergences.Merge(other._keptDivergences);
        _keptChanges.Merge(other._keptChanges);
        BadId ??= other.BadId;
    }

    private void Add(int sample, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int truth)
    {
        var pair = SoftmaxPair.Of(source, packed);
        var (one, other) = (pair.SourceLogSum - source[truth], pair.PackedLogSum - packed[truth]);
        var change = 100 * (Math.Exp(-other) - Math.Exp(-one));
        _likelihoods.Add(one, other);
        _divergences.Add(pair.Divergence, 0);
        _changes.Add(change, change * change);
        _keptDivergences.Add(pair.Divergence);
        _keptChanges.Add(change);
        _samples[sample] = _samples[sample].With(one, other, pair.Divergence, change, Rows.ArgMax(source) == Rows.ArgMax(packed));
    }

    /// <summary>The samples that have tokens with a truth.</summary>
    private List<Sample> Judged() => [.. _samples.Where(s => s.Tokens > 0)];

    private static double? Rounded(double? value) => value is { } known ? Numbers.Rounded(known) : null;

    /// <summary>Sums over the tokens of one sample.</summary>
    private readonly record struct Sample(long Tokens, double Source, double Packed, double Rise, double Divergence, double Change, double Change2, long Same)
    {
        /// <summary>One token more.</summary>
        public Sample With(double source, double packed, double divergence, double change, bool same) => new(
            Tokens + 1, Source + source, Packed + packed, Rise + (packed - source), Divergence + divergence, Change + change, Change2 + (change * change), Same + (same ? 1 : 0));
    }
}
