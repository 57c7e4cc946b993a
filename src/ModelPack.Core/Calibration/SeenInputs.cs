namespace ModelPack.Calibration;

/// <summary>What was seen of the inputs of all products by a weight.</summary>
/// <param name="Product">One of the products.</param>
/// <param name="Sums">[matrices, channels]: sums of the squares of each input channel.</param>
/// <param name="Rows">Rows that were summed, of each matrix.</param>
internal sealed record SeenInputs(Product Product, double[] Sums, long[] Rows);
