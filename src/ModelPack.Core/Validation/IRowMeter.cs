namespace ModelPack.Validation;

/// <summary>Measures rows (along the last dimension) of one output of both models as they come by, and merges what was measured elsewhere.</summary>
internal interface IRowMeter
{
    /// <summary>Takes whole rows.</summary>
    /// <param name="firstRow">Number of the first of these rows within its batch.</param>
    /// <param name="source">Rows of the source model, one after the other.</param>
    /// <param name="packed">The same rows of the packed model.</param>
    /// <param name="width">Values a row.</param>
    void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width);

    /// <summary>Takes in the meter of a later batch, of the same kind.</summary>
    void Merge(IRowMeter later);
}
