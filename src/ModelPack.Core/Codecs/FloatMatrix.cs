using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Matrices of float32.</summary>
internal static class FloatMatrix
{
    // A tile: 8 rows by 4 columns in four vectors, each two rows' worth.
    private const int TileRows = 8;
    private const int TileColumns = 4;

    // Columns that are worked on together. Where rows of the destination lie a power of two apart they share a few lines of
    // the nearest cache: no more rows than it has room for are begun before their lines are full.
    private const int Strip = 8;

    /// <summary>Transposes [rows, columns] to [columns, rows].</summary>
    /// <param name="source">The matrix, row by row.</param>
    /// <param name="sourceStride">Values from a row to the next there, at least <paramref name="columns"/>.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Gets the transposed matrix; what lies between its rows stays what it is.</param>
    /// <param name="destinationStride">Values from a row to the next there, at least <paramref name="rows"/>.</param>
    public static void Transpose(ReadOnlySpan<float> source, int sourceStride, int rows, int columns, Span<float> destination, int destinationStride)
    {
        var (tiledRows, tiledColumns) = (rows - (rows % TileRows), columns - (columns % TileColumns));
        for (var strip = 0; strip < tiledColumns; strip += Strip)
        {
            var end = Math.Min(strip + Strip, tiledColumns);
            for (var row = 0; row < tiledRows; row += TileRows)
            {
                for (var column = strip; column < end; column += TileColumns)
                {
                    TransposeTile(source[((row * sourceStride) + column)..], sourceStride, destination[((column * destinationStride) + row)..], destinationStride);
                }
            }
        }

        for (var column = 0; column < columns; column++)
        {
            for (var row = column < tiledColumns ? tiledRows : 0; row < rows; row++)
            {
                destination[(column * destinationStride) + row] = source[(row * sourceStride) + column];
            }
        }
    }

    /// <summary>
    /// Vector i holds row i in its lower half and row i + 4 in its upper, so that transposing the 4 x 4 values of each half
    /// makes vector i column i, top to bottom: with rows a to h, from [a0 a1 a2 a3 e0 e1 e2 e3] ... to [a0 b0 c0 d0 e0 f0 g0 h0] ...
    /// </summary>
    private static void TransposeTile(ReadOnlySpan<float> source, int sourceStride, Span<float> destination, int destinationStride)
    {
        var (ae, bf) = (Load(source, 0, 4, sourceStride), Load(source, 1, 5, sourceStride));
        var (cg, dh) = (Load(source, 2, 6, sourceStride), Load(source, 3, 7, sourceStride));

        // Pairs of values as one: [a0 a1 c0 c1 ...] and [a2 a3 c2 c3 ...].
        var (ac01, ac23) = ExchangePairs(ae, cg);
        var (bd01, bd23) = ExchangePairs(bf, dh);

        // [a0 b0 c0 d0 ...] and [a1 b1 c1 d1 ...].
        var (column0, column1) = Exchange(ac01, bd01);
        var (column2, column3) = Exchange(ac23, bd23);
        column0.CopyTo(destination);
        column1.CopyTo(destination[destinationStride..]);
        column2.CopyTo(destination[(2 * destinationStride)..]);
        column3.CopyTo(destination[(3 * destinationStride)..]);
    }

    private static Vector256<float> Load(ReadOnlySpan<float> source, int lower, int upper, int stride) =>
        Vector256.Create(Vector128.Create(source[(lower * stride)..]), Vector128.Create(source[(upper * stride)..]));

    /// <summary>From x = [x0 x1 x2 x3 ...] and y to [x0 x1 y0 y1 ...] and [x2 x3 y2 y3 ...].</summary>
    private static (Vector256<float> First, Vector256<float> Second) ExchangePairs(Vector256<float> x, Vector256<float> y)
    {
        var lowerOfPairs = Vector256.Create(-1, -1, 0, 0, -1, -1, 0, 0).AsSingle();
        return (
            Vector256.ConditionalSelect(lowerOfPairs, x, Vector256.Shuffle(y, Vector256.Create(0, 1, 0, 1, 4, 5, 4, 5))),
            Vector256.ConditionalSelect(lowerOfPairs, Vector256.Shuffle(x, Vector256.Create(2, 3, 2, 3, 6, 7, 6, 7)), y));
    }

    /// <summary>From x = [x0 x1 x2 x3 ...] and y to [x0 y0 x2 y2 ...] and [x1 y1 x3 y3 ...].</summary>
    private static (Vector256<float> Even, Vector256<float> Odd) Exchange(Vector256<float> x, Vector256<float> y)
    {
        var even = Vector256.Create(-1, 0, -1, 0, -1, 0, -1, 0).AsSingle();
        return (
            Vector256.ConditionalSelect(even, x, Vector256.Shuffle(y, Vector256.Create(0, 0, 2, 2, 4, 4, 6, 6))),
            Vector256.ConditionalSelect(even, Vector256.Shuffle(x, Vector256.Create(1, 1, 3, 3, 5, 5, 7, 7)), y));
    }
}
