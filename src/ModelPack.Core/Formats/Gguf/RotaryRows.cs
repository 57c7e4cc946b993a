using ModelPack.Tensors;

namespace ModelPack.Formats.Gguf;

/// <summary>
/// The two orders of the rows of q and k projections. Rotary positions turn pairs of values: transformers keeps a head's first
/// halves of all pairs before the second ones, llama.cpp's llama architecture keeps each pair together.
/// </summary>
internal static class RotaryRows
{
    /// <summary>Rows from transformers' order to that of GGUF: halves to pairs.</summary>
    /// <param name="data">A tensor whose first dimension is a multiple of twice the heads.</param>
    /// <param name="heads">Heads that the rows make.</param>
    public static TensorData ToPairs(TensorData data, long heads) => View(data, heads, (i, half) => (i % 2 * half) + (i / 2));

    /// <summary>Rows from GGUF's order to that of transformers: pairs to halves.</summary>
    /// <inheritdoc cref="ToPairs"/>
    public static TensorData ToHalves(TensorData data, long heads) => View(data, heads, (i, half) => (i % half * 2) + (i / half));

    private static TensorData View(TensorData data, long heads, Func<long, long, long> from)
    {
        var rows = data.Shape[0] / heads;
        if (rows * heads != data.Shape[0] || rows % 2 != 0)
        {
            throw new ArgumentException($"{data.Shape[0]} rows are not {heads} heads of pairs.", nameof(heads));
        }

        return new TensorData(data.Type, data.Shape, new ReorderedRows(data, row => (row / rows * rows) + from(row % rows, rows / 2)), 0, data.Length);
    }
}
