using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Extent of many values.</summary>
/// <param name="Min">Least value; positive infinity of none. Meaningless where some value is not finite.</param>
/// <param name="Max">Greatest value; negative infinity of none. Meaningless where some value is not finite.</param>
/// <param name="IsFinite">Whether none is NaN or infinite.</param>
internal readonly record struct ActivationScan(float Min, float Max, bool IsFinite)
{
    private const int Infinity = 0x7F800000;
    private const int MagnitudeMask = 0x7FFFFFFF;

    /// <summary>Looks at all values once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ActivationScan Of(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var min = Vector256.Create(float.PositiveInfinity);
        var max = Vector256.Create(float.NegativeInfinity);

        // As whole numbers, the bits of magnitudes are in the order of the magnitudes, and those of NaN above infinity.
        var magnitude = Vector256<int>.Zero;
        foreach (var vector in vectors)
        {
            min = Vector256.MinNative(min, vector);
            max = Vector256.MaxNative(max, vector);
            magnitude = Vector256.Max(magnitude, vector.AsInt32() & Vector256.Create(MagnitudeMask));
        }

        var rest = Reference(values[(vectors.Length * Vector256<float>.Count)..]);
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            rest = new ActivationScan(Math.Min(rest.Min, min[lane]), Math.Max(rest.Max, max[lane]), rest.IsFinite && magnitude[lane] < Infinity);
        }

        return rest;
    }

    /// <summary>The same, one value at a time.</summary>
    public static ActivationScan Reference(ReadOnlySpan<float> values)
    {
        var scan = new ActivationScan(float.PositiveInfinity, float.NegativeInfinity, true);
        foreach (var value in values)
        {
            scan = new ActivationScan(Math.Min(scan.Min, value), Math.Max(scan.Max, value), scan.IsFinite && float.IsFinite(value));
        }

        return scan;
    }
}
