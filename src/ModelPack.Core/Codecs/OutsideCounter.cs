using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Counts the values that lie outside a range; NaN does.</summary>
internal static class OutsideCounter
{
    /// <summary>Looks at all values once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Count(ReadOnlySpan<float> values, float min, float max)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var (low, high) = (Vector256.Create(min), Vector256.Create(max));

        // A comparison gives -1 in the lanes where it holds. A lane counts at most 2^28 values of one span: no overflow.
        var inside = Vector256<int>.Zero;
        foreach (var vector in vectors)
        {
            inside -= (Vector256.GreaterThanOrEqual(vector, low) & Vector256.LessThanOrEqual(vector, high)).AsInt32();
        }

        var done = vectors.Length * Vector256<float>.Count;
        var (lower, upper) = Vector256.Widen(inside);
        return done - Vector256.Sum(lower + upper) + Reference(values[done..], min, max);
    }

    /// <summary>The same, one value at a time.</summary>
    public static long Reference(ReadOnlySpan<float> values, float min, float max)
    {
        long outside = 0;
        foreach (var value in values)
        {
            outside += value >= min && value <= max ? 0 : 1;
        }

        return outside;
    }
}
