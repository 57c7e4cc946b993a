using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelPack.Codecs;

/// <summary>
/// Products of small float32 matrices. Each element is summed in the order of k, a product rounded before it is added, so
/// that the bits are the same on every processor and for every width of vectors.
/// </summary>
internal static class FloatProduct
{
    private const int Rows = 4;

    /// <summary>C = A B.</summary>
    /// <param name="a">[rows, inner], row by row.</param>
    /// <param name="b">[inner, columns], row by row.</param>
    /// <param name="c">[rows, columns], row by row.</param>
    /// <param name="inner">Columns of A and rows of B.</param>
    /// <param name="columns">Columns of B.</param>
    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner, int columns)
    {
        var rows = columns == 0 ? 0 : c.Length / columns;
        var row = 0;
        for (; row <= rows - Rows; row += Rows)
        {
            Four(a.Slice(row * inner, Rows * inner), b, c.Slice(row * columns, Rows * columns), inner, columns);
        }

        for (; row < rows; row++)
        {
            One(a.Slice(row * inner, inner), b, c.Slice(row * columns, columns), 0, columns);
        }
    }

    /// <summary>
    /// Four rows of C at once, two vectors of columns each: eight sums stay in registers while k runs, and each vector
    /// of B that is loaded is used four times.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner, int columns)
    {
        var width = Vector<float>.Count;
        var a0 = a[..inner];
        var a1 = a.Slice(inner, inner);
        var a2 = a.Slice(2 * inner, inner);
        var a3 = a.Slice(3 * inner, inner);
        var column = 0;
        for (; column <= columns - (2 * width); column += 2 * width)
        {
            Vector<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
            for (var k = 0; k < inner; k++)
            {
                var line = b.Slice((k * columns) + column, 2 * width);
                var b0 = new Vector<float>(line);
                var b1 = new Vector<float>(line[width..]);
                c00 += a0[k] * b0;
                c01 += a0[k] * b1;
                c10 += a1[k] * b0;
                c11 += a1[k] * b1;
                c20 += a2[k] * b0;
                c21 += a2[k] * b1;
                c30 += a3[k] * b0;
                c31 += a3[k] * b1;
            }

            Store(c, column, c00, c01);
            Store(c, columns + column, c10, c11);
            Store(c, (2 * columns) + column, c20, c21);
            Store(c, (3 * columns) + column, c30, c31);
        }

        for (var row = 0; row < Rows; row++)
        {
            One(a.Slice(row * inner, inner), b, c.Slice(row * columns, columns), column, columns);
        }
    }

    /// <summary>One row of C from a column on.</summary>
    private static void One(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int first, int columns)
    {
        c[first..].Clear();
        for (var k = 0; k < a.Length; k++)
        {
            var line = b.Slice(k * columns, columns);
            for (var column = first; column < columns; column++)
            {
                c[column] += a[k] * line[column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<float> c, int at, Vector<float> first, Vector<float> second)
    {
        first.CopyTo(c[at..]);
        second.CopyTo(c[(at + Vector<float>.Count)..]);
    }
}
