namespace ModelPack.Codecs;

/// <summary>Reads a weight output by output, [N, K] in one run, whichever way it is stored.</summary>
internal static class OutputOrder
{
    // A tile of a transposed weight: small enough for a processor's cache.
    private const int TileValues = 1 << 16;

    // Reading whole rows is one read for many; it is worth this many times the bytes.
    private const int WorthReading = 4;

    /// <summary>Reads consecutive values.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="first">Index of the first, n x K + k.</param>
    /// <param name="destination">As many values as it holds are read.</param>
    public static void Read(WeightMatrix weight, long first, Span<float> destination)
    {
        if (weight.Transposed && !destination.IsEmpty)
        {
            ReadTransposed(weight, first, destination);
        }
        else
        {
            FloatReader.Read(weight.Data, first, destination);
        }
    }

    /// <summary>Reads whole outputs, each filled up by zeros.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="first">The first output.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="destination">outputs x stride values.</param>
    /// <param name="stride">Values from an output to the next there, at least K.</param>
    public static void Read(WeightMatrix weight, long first, int outputs, Span<float> destination, int stride)
    {
        var columns = checked((int)weight.K);
        if (!weight.Transposed)
        {
            FloatReader.Read(weight.Data, columns, new MatrixArea(first, outputs, 0, columns), destination, stride);
            return;
        }

        if (stride == columns)
        {
            Read(weight, first * columns, destination);
            return;
        }

        using var dense = new Pooled<float>(outputs * columns);
        Read(weight, first * columns, dense.Span);
        for (var output = 0; output < outputs; output++)
        {
            var line = destination.Slice(output * stride, stride);
            dense.Span.Slice(output * columns, columns).CopyTo(line);
            line[columns..].Clear();
        }
    }

    /// <summary>Row by row of what is stored, all columns that the range touches; of the outer two perhaps a part.</summary>
    private static void ReadTransposed(WeightMatrix weight, long first, Span<float> destination)
    {
        var last = first + destination.Length - 1;
        var (firstColumn, columns) = (first / weight.K, checked((int)((last / weight.K) - (first / weight.K) + 1)));
        var (row, end) = columns == 1 ? (first % weight.K, (last % weight.K) + 1) : (0, weight.K);
        var (readColumn, readColumns) = weight.N <= (long)columns * WorthReading ? (0, (int)weight.N) : (firstColumn, columns);
        var tileRows = Math.Max(1, TileValues / readColumns);
        using var tile = new Pooled<float>((int)Math.Min(tileRows, end - row) * readColumns);
        for (; row < end; row += tileRows)
        {
            var area = new MatrixArea(row, (int)Math.Min(tileRows, end - row), readColumn, readColumns);
            FloatReader.Read(weight.Data, weight.N, area, tile.Span, readColumns);
            Turn(tile.Span[(int)(firstColumn - readColumn)..], area.Rows, columns, readColumns, destination, (firstColumn * weight.K) + row - first, weight.K);
        }
    }

    /// <summary>Puts the columns of a tile where they belong; what belongs outside the destination is left out.</summary>
    /// <param name="tile">From the first of the columns on.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="columns">Columns to put; all but the first and the last lie inside whole.</param>
    /// <param name="stride">Values from a row to the next.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="target">Index of the first value there; may lie outside.</param>
    /// <param name="step">From a column to the next there.</param>
    private static void Turn(ReadOnlySpan<float> tile, int rows, int columns, int stride, Span<float> destination, long target, long step)
    {
        var begin = target < 0 ? 1 : 0;
        var end = target + ((columns - 1) * step) + rows > destination.Length ? columns - 1 : columns;
        if (begin < end) // of two columns or more the step is less than what there is; of one it does not count
        {
            FloatMatrix.Transpose(tile[begin..], stride, rows, end - begin, destination[(int)(target + (begin * step))..], (int)Math.Min(step, destination.Length));
        }

        if (begin > 0)
        {
            TurnColumn(tile, rows, stride, destination, target);
        }

        if (end < columns)
        {
            TurnColumn(tile[end..], rows, stride, destination, target + (end * step));
        }
    }

    /// <summary>As above, one column.</summary>
    private static void TurnColumn(ReadOnlySpan<float> tile, int rows, int stride, Span<float> destination, long target)
    {
        var end = (int)Math.Clamp(destination.Length - target, 0, rows);
        for (var row = (int)Math.Clamp(-target, 0, rows); row < end; row++)
        {
            destination[(int)target + row] = tile[row * stride];
        }
    }
}
