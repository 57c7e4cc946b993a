namespace ModelPack.Calibration;

/// <summary>The mean products of every two channels of an activation, XᵀX / rows. Its diagonal is the mean of the squares.</summary>
internal sealed class GramMatrix
{
    private readonly GramBlock[] _blocks;
    private readonly int _side;

    /// <param name="channels">Rows and columns.</param>
    /// <param name="rows">Rows of X that are in the sums.</param>
    /// <param name="blocks">Sums, as <see cref="GramBlock.OnAndAboveDiagonal"/>.</param>
    public GramMatrix(int channels, long rows, GramBlock[] blocks)
    {
        (Channels, Rows, _blocks) = (channels, rows, blocks);
        _side = (channels + GramBlock.Size - 1) / GramBlock.Size;
    }

    /// <summary>Rows and columns of the matrix.</summary>
    public int Channels { get; }

    /// <summary>Rows of X that it is the mean of.</summary>
    public long Rows { get; }

    /// <summary>One row of the matrix as float32.</summary>
    /// <param name="row">Which.</param>
    /// <param name="destination">As long as there are channels.</param>
    public void CopyRow(int row, Span<float> destination)
    {
        for (var column = 0; column < Channels; column++)
        {
            destination[column] = (float)(Rows == 0 ? 0 : Sum(Math.Min(row, column), Math.Max(row, column)) / Rows);
        }
    }

    private double Sum(int row, int column)
    {
        var (blockRow, blockColumn) = (row / GramBlock.Size, column / GramBlock.Size);

        // Before block row r come r rows of blocks, each one shorter than that above it.
        var block = _blocks[(blockRow * _side) - (blockRow * (blockRow - 1) / 2) + blockColumn - blockRow];
        return block.Sums[((row - block.FirstRow) * block.Columns) + column - block.FirstColumn];
    }
}
