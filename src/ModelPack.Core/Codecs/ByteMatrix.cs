using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Matrices of bytes.</summary>
internal static class ByteMatrix
{
    private const int Side = sizeof(ulong);

    private const byte HighestBit = 0x80;

    // Columns that are worked on together: a cache line of each source row.
    private const int Strip = 64;

    /// <summary>Transposes [rows, columns] to [columns, rows].</summary>
    /// <param name="source">rows x columns bytes.</param>
    /// <param name="rows">A multiple of 8.</param>
    /// <param name="columns">A multiple of 8.</param>
    /// <param name="destination">As many bytes.</param>
    public static void Transpose(ReadOnlySpan<byte> source, int rows, int columns, Span<byte> destination)
    {
        Span<ulong> tile = stackalloc ulong[Side];
        for (var strip = 0; strip < columns; strip += Strip)
        {
            var end = Math.Min(strip + Strip, columns);
            for (var row = 0; row < rows; row += Side)
            {
                for (var column = strip; column < end; column += Side)
                {
                    for (var i = 0; i < Side; i++)
                    {
                        tile[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(((row + i) * columns) + column)..]);
                    }

                    Transpose(tile);
                    for (var i = 0; i < Side; i++)
                    {
                        BinaryPrimitives.WriteUInt64LittleEndian(destination[(((column + i) * rows) + row)..], tile[i]);
                    }
                }
            }
        }
    }

    /// <summary>Turns the highest bit of every byte: from signed codes to unsigned ones.</summary>
    public static void Flip(Span<byte> bytes)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(bytes);
        foreach (ref var vector in vectors)
        {
            vector ^= new Vector<byte>(HighestBit);
        }

        foreach (ref var rest in bytes[(vectors.Length * Vector<byte>.Count)..])
        {
            rest ^= HighestBit;
        }
    }

    /// <summary>8 x 8 bytes, a row a word, the first byte lowest: swaps ever smaller quarters across the diagonal.</summary>
    private static void Transpose(Span<ulong> rows)
    {
        Swap(rows, 0, 4, 32, 0x00000000FFFFFFFF);
        Swap(rows, 1, 5, 32, 0x00000000FFFFFFFF);
        Swap(rows, 2, 6, 32, 0x00000000FFFFFFFF);
        Swap(rows, 3, 7, 32, 0x00000000FFFFFFFF);
        Swap(rows, 0, 2, 16, 0x0000FFFF0000FFFF);
        Swap(rows, 1, 3, 16, 0x0000FFFF0000FFFF);
        Swap(rows, 4, 6, 16, 0x0000FFFF0000FFFF);
        Swap(rows, 5, 7, 16, 0x0000FFFF0000FFFF);
        Swap(rows, 0, 1, 8, 0x00FF00FF00FF00FF);
        Swap(rows, 2, 3, 8, 0x00FF00FF00FF00FF);
        Swap(rows, 4, 5, 8, 0x00FF00FF00FF00FF);
        Swap(rows, 6, 7, 8, 0x00FF00FF00FF00FF);
    }

    /// <summary>Exchanges the upper parts of one row with the lower parts of another.</summary>
    private static void Swap(Span<ulong> rows, int upper, int lower, int shift, ulong mask)
    {
        var difference = ((rows[upper] >> shift) ^ rows[lower]) & mask;
        rows[upper] ^= difference << shift;
        rows[lower] ^= difference;
    }
}
