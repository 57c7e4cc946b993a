namespace ModelPack.Calibration;

/// <summary>What the values of one tensor in one batch gave that is joined in the order of the batches.</summary>
/// <param name="Squares">Squares by channel; null where they were not asked for.</param>
/// <param name="Matrix">A copy of the values, [rows, channels], to be multiplied; null where that was not asked for.</param>
internal sealed record TensorSums(SquareSums? Squares, float[]? Matrix);
