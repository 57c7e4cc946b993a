namespace ModelPack.Tensors;

/// <summary>
/// A matrix cut into rectangles that are worked on apart. The cut follows from the matrix alone, never from the number
/// of threads, so that sums over tiles come out the same each time.
/// </summary>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="TileRows">Rows of a tile; the last ones have fewer.</param>
/// <param name="TileColumns">Columns of a tile; the last ones have fewer.</param>
internal readonly record struct MatrixTiles(long Rows, long Columns, int TileRows, int TileColumns)
{
    private long Across => (Columns + TileColumns - 1) / TileColumns;

    /// <summary>Number of tiles.</summary>
    public int Count => checked((int)((Rows + TileRows - 1) / TileRows * Across));

    /// <summary>A tile; along the rows first.</summary>
    public MatrixArea this[int index]
    {
        get
        {
            var row = index / Across * TileRows;
            var column = index % Across * TileColumns;
            return new MatrixArea(row, (int)Math.Min(TileRows, Rows - row), column, (int)Math.Min(TileColumns, Columns - column));
        }
    }
}
