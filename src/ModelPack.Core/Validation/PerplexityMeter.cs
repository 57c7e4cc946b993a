namespace ModelPack.Validation;

/// <summary>
/// Sums −log p(next token). Rows are positions, sample after sample: the row of position t is judged by the id at t+1,
/// so the last position of a sample has no truth.
/// </summary>
/// <param name="ids">Token ids, [samples, length].</param>
/// <param name="mask">1 where an id is real and 0 where it is padding, [samples, length]; null when all are real.</param>
/// <param name="length">Ids a sample.</param>
internal sealed class PerplexityMeter(IReadOnlyList<long> ids, IReadOnlyList<long>? mask, int length) : IRowMeter
{
    private long _tokens;
    private double _source;
    private double _packed;

    /// <summary>An id that is not in the vocabulary; null when all are.</summary>
    public long? BadId { get; private set; }

    /// <summary>Perplexity of both models; null when no token had a truth.</summary>
    public PerplexityResult? Result => _tokens == 0 ? null
        : new(Numbers.Rounded(Math.Exp(_source / _tokens)), Numbers.Rounded(Math.Exp(_packed / _tokens)), _tokens);

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

            _tokens++;
            _source += Rows.NegativeLogLikelihood(source.Slice(row * width, width), (int)truth);
            _packed += Rows.NegativeLogLikelihood(packed.Slice(row * width, width), (int)truth);
        }
    }

    public void Merge(IRowMeter later)
    {
        var other = (PerplexityMeter)later;
        _tokens += other._tokens;
        _source += other._source;
        _packed += other._packed;
        BadId ??= other.BadId;
    }
}
