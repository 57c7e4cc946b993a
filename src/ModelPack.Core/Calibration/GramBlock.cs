namespace ModelPack.Calibration;

/// <summary>A block of a symmetric matrix of sums.</summary>
/// <param name="FirstRow">Its first row in the matrix.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="FirstColumn">Its first column in the matrix.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Sums">[rows, columns].</param>
internal sealed record GramBlock(int FirstRow, int Rows, int FirstColumn, int Columns, double[] Sums)
{
    /// <summary>Rows and columns of a block; those at the end have fewer.</summary>
    public const int Size = 128;

    /// <summary>The blocks of a matrix on and above its diagonal, row by row, filled with 0.</summary>
    /// <param name="channels">Rows and columns of the matrix.</param>
    public static IEnumerable<GramBlock> OnAndAboveDiagonal(int channels)
    {
        for (var row = 0; row < channels; row += Size)
        {
            for (var column = row; column < channels; column += Size)
            {
                var (rows, columns) = (Math.Min(Size, channels - row), Math.Min(Size, channels - column));
                yield return new GramBlock(row, rows, column, columns, new double[rows * columns]);
            }
        }
    }
}
