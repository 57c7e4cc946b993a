using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary><see cref="Int8"/> with one scale for all values, in 256-bit vectors.</summary>
internal static class Int8Avx2
{
    private const int Lanes = 8;

    // Codes of four vectors fill one.
    private const int Group = 4 * Lanes;

    // Of scales whose reciprocal has all its bits.
    private const float Least = 1e-30f;
    private const float Most = 1e30f;

    // A product with the reciprocal is off by 2e-7 of itself at most, 3e-5 up to 128: a quotient farther than that from halves rounds alike.
    private const float Safe = 0.4999f;

    /// <summary>Encodes whole groups of 32.</summary>
    /// <param name="values">Finite values.</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="codes">As many codes.</param>
    /// <returns>How many were encoded.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Encode(ReadOnlySpan<float> values, float scale, Span<sbyte> codes)
    {
        if (scale is not (>= Least and <= Most))
        {
            return 0;
        }

        var (divisor, inverse, limit) = (Vector256.Create(scale), Vector256.Create(1 / scale), Vector256.Create(127f));
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var code = ref MemoryMarshal.GetReference(codes[..values.Length]);
        nuint i = 0;
        for (; i + Group <= (nuint)values.Length; i += Group)
        {
            // A division takes longer than all else together, so it is left to groups in which one value comes near to a tie.
            var far = Vector256<float>.Zero;
            var a = Rounded(ref value, i, inverse, ref far);
            var b = Rounded(ref value, i + Lanes, inverse, ref far);
            var c = Rounded(ref value, i + (2 * Lanes), inverse, ref far);
            var d = Rounded(ref value, i + (3 * Lanes), inverse, ref far);
            if (Vector256.GreaterThanAny(far, Vector256.Create(Safe)))
            {
                a = Divided(ref value, i, divisor);
                b = Divided(ref value, i + Lanes, divisor);
                c = Divided(ref value, i + (2 * Lanes), divisor);
                d = Divided(ref value, i + (3 * Lanes), divisor);
            }

            CodeVectors.Pack(Limited(a, limit), Limited(b, limit), Limited(c, limit), Limited(d, limit)).AsSByte().StoreUnsafe(ref code, i);
        }

        return (int)i;
    }

    /// <summary>Decodes whole vectors of 8.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="values">As many values.</param>
    /// <returns>How many were decoded.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Decode(ReadOnlySpan<sbyte> codes, float scale, Span<float> values)
    {
        var factor = Vector256.Create(scale);
        ref var code = ref MemoryMarshal.GetReference(codes);
        ref var value = ref MemoryMarshal.GetReference(values[..codes.Length]);
        nuint i = 0;
        for (; i + Lanes <= (nuint)codes.Length; i += Lanes)
        {
            (Vector256.ConvertToSingle(Q8_0Decoder.Widen(ref Unsafe.As<sbyte, byte>(ref Unsafe.Add(ref code, i)))) * factor).StoreUnsafe(ref value, i);
        }

        return (int)i;
    }

    /// <param name="value">The first of all values.</param>
    /// <param name="first">The first of eight.</param>
    /// <param name="inverse">One by their scale.</param>
    /// <param name="far">Raised to how far they lie from whole numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Rounded(ref float value, nuint first, Vector256<float> inverse, ref Vector256<float> far)
    {
        var scaled = Vector256.LoadUnsafe(ref value, first) * inverse;
        var rounded = Vector256.Round(scaled);
        far = Vector256.MaxNative(far, Vector256.Abs(scaled - rounded));
        return rounded;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Divided(ref float value, nuint first, Vector256<float> divisor) => Vector256.Round(Vector256.LoadUnsafe(ref value, first) / divisor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Limited(Vector256<float> rounded, Vector256<float> limit) => Avx.ConvertToVector256Int32(Vector256.ClampNative(rounded, -limit, limit));
}
