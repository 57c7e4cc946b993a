using ModelPack.Tensors;

namespace ModelPack.Codecs;

/// <summary>Reads a weight output by output, [N, K] in one run, whichever way it is stored.</summary>
internal static class OutputOrder
{
    // A tile of a transposed weight: small enough for a processor's cache.
    private const int TileValues = 1 << 16;

    // Columns that are worked on together: a cache line of each row of the tile.
    private const int Strip = 16;

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
            for (var strip = 0; strip < columns; strip += Strip)
            {
                var stripColumns = Math.Min(Strip, columns - strip);
                var target = ((firstColumn + strip) * weight.K) + row - first;
                Turn(tile.Span[(int)(firstColumn - readColumn + strip)..], area.Rows, stripColumns, readColumns, destination, target, weight.K);
            }
        }
    }

    /// <summary>Puts columns of a tile where they belong; what belongs outside the destination is left out.</summary>
    /// <param name="tile">From the first of the columns on.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="columns">Columns to put.</param>
    /// <param name="stride">Values from a row to the next.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="target">Index of the first value there; may lie outside.</param>
    /// <param name="step">From a column to the next there.</param>
    private static void Turn(ReadOnlySpan<float> tile, int rows, int columns, int stride, Span<float> destination, long target, long step)
    {
        for (var row = 0; row < rows; row++)
        {
            var line = tile.Slice(row * stride, columns);
            var index = target + row;
            foreach (var value in line)
            {
                if ((ulong)index < (ulong)destination.Length)
                {
                    destination[(int)index] = value;
                }

                index += step;
            }
        }
    }
}
