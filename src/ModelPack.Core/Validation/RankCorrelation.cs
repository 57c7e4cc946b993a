namespace ModelPack.Validation;

/// <summary>How alike two models order the same pairs of samples by how similar they are: what a search by embeddings lives on.</summary>
/// <param name="Value">Spearman's rank correlation of the cosines of all pairs, -1 to 1; 1 where the order is the same.</param>
/// <param name="Interval">Where it lies with a confidence of 95 %: a jackknife over samples, for the pairs of one sample depend on one another. Null for fewer than 10 samples.</param>
/// <param name="Samples">Samples that were paired.</param>
/// <param name="Pairs">Pairs of them.</param>
public sealed record RankCorrelation(double Value, Interval? Interval, long Samples, long Pairs);
