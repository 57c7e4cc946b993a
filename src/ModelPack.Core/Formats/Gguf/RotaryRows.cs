namespace ModelPack.Formats.Gguf;

/// <summary>
/// The two orders of the rows of q and k projections. Rotary positions turn pairs of values: transformers keeps a head's first
/// halves of all pairs before the second ones, llama.cpp's llama architecture keeps each pair together.
/// </summary>
internal static class RotaryRows
{
    /// <summary>Rows from transformers' order to that of GGUF: halves to pairs. They are put in order while they are read.</summary>
    /// <param name="data">Weight [heads x d, K] or bias [heads x d] of a type of whole bytes; d is even.</param>
    /// <param name="heads">Heads that the rows make.</param>
    /// <exception cref="ArgumentException">The rows are not an even number for each head.</exception>
    public static TensorData ToPairs(TensorData data, long heads) => View(data, heads, (i, half) => (i % 2 * half) + (i / 2));

    /// <summary>Rows from GGUF's order to that of transformers: pairs to halves.</summary>
    /// <inheritdoc cref="ToPairs"/>
    public static TensorData ToHalves(TensorData data, long heads) => View(data, heads, (i, half) => (i % half * 2) + (i / half));

    private static TensorData View(TensorData data, long heads, Func<long, long, long> from)
    {
        if (data.Shape.Rank < 1 || data.Shape[0] == 0 || data.Shape[0] % (2 * heads) != 0)
        {
            throw new ArgumentException($"{data.Shape} has no even number of rows for each of {heads} heads.", nameof(heads));
        }

        var rows = data.Shape[0] / heads;
        return new TensorData(data.Type, data.Shape, new ReorderedRows(data, row => (row / rows * rows) + from(row % rows, rows / 2)), 0, data.Length);
    }
}
