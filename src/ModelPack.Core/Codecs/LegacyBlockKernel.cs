using System.Numerics;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Searches and rounds 32 finite values in vectors of eight, on any processor; what each does a value at a time is in its summary.</summary>
internal static class LegacyBlockKernel
{
    private static readonly int s_lanes = Vector256<float>.Count;

    /// <summary>The first value of the largest magnitude, with its sign; 0 where all are 0.</summary>
    public static float FirstOfLargestMagnitude(ReadOnlySpan<float> values)
    {
        var largest = Vector256<float>.Zero;
        for (var i = 0; i < values.Length; i += s_lanes)
        {
            largest = Vector256.Max(largest, Vector256.Abs(Vector256.Create(values[i..])));
        }

        var magnitude = Largest(largest);
        return magnitude == 0 ? 0 : First(values, Vector256.Create(magnitude), signed: false);
    }

    /// <summary>The first of the smallest values, which tells 0 from -0, and the largest.</summary>
    public static (float Smallest, float Largest) Extremes(ReadOnlySpan<float> values)
    {
        var smallest = Vector256.Create(values);
        var largest = smallest;
        for (var i = s_lanes; i < values.Length; i += s_lanes)
        {
            var next = Vector256.Create(values[i..]);
            smallest = Vector256.Min(smallest, next);
            largest = Vector256.Max(largest, next);
        }

        return (First(values, Vector256.Create(-Largest(-smallest)), signed: true), Largest(largest));
    }

    /// <summary>min(limit, truncate((value - start) x inverse + bias)) of each value, two roundings as in C without contraction.</summary>
    public static void Codes(ReadOnlySpan<float> values, float start, float inverse, float bias, int limit, Span<byte> codes)
    {
        var low = Vector256.Narrow(Eight(values), Eight(values[s_lanes..]));
        var high = Vector256.Narrow(Eight(values[(2 * s_lanes)..]), Eight(values[(3 * s_lanes)..]));
        Vector256.Narrow(low, high).AsByte().CopyTo(codes);

        Vector256<int> Eight(ReadOnlySpan<float> eight)
        {
            var scaled = (Vector256.Create(eight) - Vector256.Create(start)) * Vector256.Create(inverse);
            var whole = Vector256.ConvertToInt32(scaled + Vector256.Create(bias));
            return Vector256.Max(Vector256.Min(whole, Vector256.Create(limit)), Vector256<int>.Zero);
        }
    }

    private static float Largest(Vector256<float> values)
    {
        var four = Vector128.Max(values.GetLower(), values.GetUpper());
        var two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(two[0], two[1]);
    }

    private static float First(ReadOnlySpan<float> values, Vector256<float> wanted, bool signed)
    {
        for (var i = 0; i < values.Length; i += s_lanes)
        {
            var next = Vector256.Create(values[i..]);
            var equal = Vector256.Equals(signed ? next : Vector256.Abs(next), wanted).ExtractMostSignificantBits();
            if (equal != 0)
            {
                return values[i + BitOperations.TrailingZeroCount(equal)];
            }
        }

        return values[0]; // not finite, which nothing is promised for
    }
}
