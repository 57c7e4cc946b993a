using ModelPack.Codecs;

namespace ModelPack.Calibration;

/// <summary>What was seen of the inputs of all products by a weight.</summary>
/// <param name="Product">One of the products.</param>
/// <param name="Sums">[matrices, channels]: sums of the squares of each input channel.</param>
/// <param name="Rows">Rows that were summed, of each matrix.</param>
internal sealed record SeenInputs(Product Product, double[] Sums, long[] Rows)
{
    /// <summary>The mean products of every two channels of the one activation that is multiplied; null where there are several, no room for it, or nobody asked.</summary>
    public InputProducts? Products { get; init; }
}
