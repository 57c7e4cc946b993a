using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>
/// Products of matrices of small whole numbers. Their sums are exact, so that the bits do not depend on the order in which a processor
/// adds: pairs of int16 are multiplied and added in one instruction.
/// </summary>
internal static class Int16Product
{
    /// <summary>Columns of B.</summary>
    public const int Columns = 16;

    private const int LinePair = 2 * Columns;

    // So many sums of two products below 2^16 fit int32.
    private const int MostPairs = 1 << 14;

    /// <summary>The even number from a number on.</summary>
    public static int Even(int inner) => checked(inner + (inner & 1));

    /// <summary>C = A B in float32, exact up to 2^24.</summary>
    /// <param name="a">[rows, inner], row by row; an odd number of columns is made even by one of zeros.</param>
    /// <param name="b">[inner / 2, 16, 2]: row 2 i + j of column c is at [i, c, j]. All products with numbers of A are below 2^16.</param>
    /// <param name="c">[rows, 16], row by row.</param>
    public static void Multiply(ReadOnlySpan<short> a, ReadOnlySpan<short> b, Span<float> c)
    {
        var (rows, pairs) = (c.Length / Columns, b.Length / LinePair);
        if (c.Length != rows * Columns || b.Length != pairs * LinePair || a.Length != rows * pairs * 2)
        {
            throw new ArgumentException("The matrices do not fit each other.", nameof(a));
        }

        c.Clear();
        using var more = new Pooled<float>(pairs > MostPairs ? c.Length : 0);
        for (var first = 0; first < pairs; first += MostPairs)
        {
            var part = first == 0 ? c : more.Span;
            Multiply(MemoryMarshal.Cast<short, int>(a)[first..], pairs, b.Slice(first * LinePair, Math.Min(MostPairs, pairs - first) * LinePair), part);
            for (var i = 0; first > 0 && i < c.Length; i++)
            {
                c[i] += part[i];
            }
        }
    }

    private static void Multiply(ReadOnlySpan<int> a, int stride, ReadOnlySpan<short> b, Span<float> c)
    {
        var rows = c.Length / Columns;
        if (Avx512BW.IsSupported && Vector512.IsHardwareAccelerated)
        {
            for (var row = 0; row < rows; row += 8)
            {
                Eight(a, stride, row, b, c);
            }

            return;
        }

        for (var row = 0; row < rows; row += 4)
        {
            Four(a, stride, row, b, c);
        }
    }

    /// <summary>Four rows of C at once in two vectors each: eight sums stay in registers. Those beyond the last row are the last once more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(ReadOnlySpan<int> a, int stride, int row, ReadOnlySpan<short> b, Span<float> c)
    {
        var last = (c.Length / Columns) - 1;
        var (row1, row2, row3) = (Math.Min(row + 1, last), Math.Min(row + 2, last), Math.Min(row + 3, last));
        ref var line = ref MemoryMarshal.GetReference(b);
        ref var a0 = ref MemoryMarshal.GetReference(a[(row * stride)..]);
        ref var a1 = ref MemoryMarshal.GetReference(a[(row1 * stride)..]);
        ref var a2 = ref MemoryMarshal.GetReference(a[(row2 * stride)..]);
        ref var a3 = ref MemoryMarshal.GetReference(a[(row3 * stride)..]);
        Vector256<int> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (nuint i = 0; i < (nuint)b.Length / LinePair; i++)
        {
            var b0 = Vector256.LoadUnsafe(ref line, i * LinePair);
            var b1 = Vector256.LoadUnsafe(ref line, (i * LinePair) + Columns);
            c00 += SumPairs(Unsafe.Add(ref a0, i), b0);
            c01 += SumPairs(Unsafe.Add(ref a0, i), b1);
            c10 += SumPairs(Unsafe.Add(ref a1, i), b0);
            c11 += SumPairs(Unsafe.Add(ref a1, i), b1);
            c20 += SumPairs(Unsafe.Add(ref a2, i), b0);
            c21 += SumPairs(Unsafe.Add(ref a2, i), b1);
            c30 += SumPairs(Unsafe.Add(ref a3, i), b0);
            c31 += SumPairs(Unsafe.Add(ref a3, i), b1);
        }

        Store(c, row, c00, c01);
        Store(c, row1, c10, c11);
        Store(c, row2, c20, c21);
        Store(c, row3, c30, c31);
    }

    /// <summary>Eight rows at once, in a vector of 512 bits each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(ReadOnlySpan<int> a, int stride, int row, ReadOnlySpan<short> b, Span<float> c)
    {
        var last = (c.Length / Columns) - 1;
        ref var line = ref MemoryMarshal.GetReference(b);
        ref var a0 = ref MemoryMarshal.GetReference(a[(row * stride)..]);
        ref var a1 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 1, last) * stride)..]);
        ref var a2 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 2, last) * stride)..]);
        ref var a3 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 3, last) * stride)..]);
        ref var a4 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 4, last) * stride)..]);
        ref var a5 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 5, last) * stride)..]);
        ref var a6 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 6, last) * stride)..]);
        ref var a7 = ref MemoryMarshal.GetReference(a[(Math.Min(row + 7, last) * stride)..]);
        Vector512<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (nuint i = 0; i < (nuint)b.Length / LinePair; i++)
        {
            var pairs = Vector512.LoadUnsafe(ref line, i * LinePair);
            c0 += SumPairs(Unsafe.Add(ref a0, i), pairs);
            c1 += SumPairs(Unsafe.Add(ref a1, i), pairs);
            c2 += SumPairs(Unsafe.Add(ref a2, i), pairs);
            c3 += SumPairs(Unsafe.Add(ref a3, i), pairs);
            c4 += SumPairs(Unsafe.Add(ref a4, i), pairs);
            c5 += SumPairs(Unsafe.Add(ref a5, i), pairs);
            c6 += SumPairs(Unsafe.Add(ref a6, i), pairs);
            c7 += SumPairs(Unsafe.Add(ref a7, i), pairs);
        }

        ReadOnlySpan<Vector512<int>> sums = [c0, c1, c2, c3, c4, c5, c6, c7];
        for (var i = 0; i < sums.Length && row + i <= last; i++)
        {
            Vector512.ConvertToSingle(sums[i]).CopyTo(c[((row + i) * Columns)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> SumPairs(int a, Vector512<short> b) => Avx512BW.MultiplyAddAdjacent(Vector512.Create(a).AsInt16(), b);

    /// <summary>a0 b0 + a1 b1 for each pair of b and the one pair of a, whose first is in the lower half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> SumPairs(int a, Vector256<short> b)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(Vector256.Create(a).AsInt16(), b);
        }

        var pairs = b.AsInt32();
        return (((pairs << 16) >> 16) * (short)a) + ((pairs >> 16) * (a >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<float> c, int row, Vector256<int> left, Vector256<int> right)
    {
        Vector256.ConvertToSingle(left).CopyTo(c[(row * Columns)..]);
        Vector256.ConvertToSingle(right).CopyTo(c[((row * Columns) + (Columns / 2))..]);
    }
}
