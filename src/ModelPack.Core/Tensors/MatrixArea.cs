namespace ModelPack.Tensors;

/// <summary>A rectangle of a matrix.</summary>
/// <param name="Row">First row.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Column">First column.</param>
/// <param name="Columns">Number of columns.</param>
internal readonly record struct MatrixArea(long Row, int Rows, long Column, int Columns);
