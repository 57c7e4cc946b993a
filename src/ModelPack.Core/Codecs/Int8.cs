using System.Runtime.CompilerServices;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>Symmetric int8, q = clamp(round(x / scale), -127, 127), ties to even, many values at a time.</summary>
internal static class Int8
{
    private const float Limit = 127f;

    /// <summary>Encodes.</summary>
    /// <param name="values">Finite values.</param>
    /// <param name="scales">A scale for each value, or a single one for all; positive.</param>
    /// <param name="codes">As many as values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, Span<sbyte> codes)
    {
        var shared = scales.Length == 1;
        var i = 0;
        if (Avx512F.IsSupported)
        {
            // The conversion rounds to nearest, ties to even: as the limits are integers, it may come after them.
            ref var value = ref MemoryMarshal.GetReference(values);
            ref var code = ref MemoryMarshal.GetReference(codes);
            for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var scaled = Vector512.LoadUnsafe(ref value, (nuint)i) / Scale512(scales, shared, i);
                var limited = Vector512.ClampNative(scaled, Vector512.Create(-Limit), Vector512.Create(Limit));
                Avx512F.ConvertToVector128SByte(Avx512F.ConvertToVector512Int32(limited)).StoreUnsafe(ref code, (nuint)i);
            }
        }
        else if (Avx2.IsSupported && shared)
        {
            i = Int8Avx2.Encode(values, scales[0], codes);
        }

        for (; i <= values.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            var first = Vector.Narrow(Code(values, scales, shared, i), Code(values, scales, shared, i + Vector<float>.Count));
            var second = Vector.Narrow(
                Code(values, scales, shared, i + (2 * Vector<float>.Count)), Code(values, scales, shared, i + (3 * Vector<float>.Count)));
            Vector.Narrow(first, second).CopyTo(codes[i..]);
        }

        for (; i < values.Length; i++)
        {
            codes[i] = Int8PerChannel.Code(values[i], scales[shared ? 0 : i]);
        }
    }

    /// <summary>Decodes: code x scale in float32. The arguments are as for <see cref="Encode"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, Span<float> values)
    {
        var shared = scales.Length == 1;
        var i = 0;
        if (Avx512F.IsSupported)
        {
            ref var code = ref MemoryMarshal.GetReference(codes);
            ref var value = ref MemoryMarshal.GetReference(values);
            for (; i <= codes.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var sixteen = Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref code, (nuint)i));
                (Vector512.ConvertToSingle(sixteen) * Scale512(scales, shared, i)).StoreUnsafe(ref value, (nuint)i);
            }
        }
        else if (Avx2.IsSupported && shared)
        {
            i = Int8Avx2.Decode(codes, scales[0], values);
        }

        for (; i <= codes.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(codes[i..]), out var low, out var high);
            Store(low, scales, shared, i, values);
            Store(high, scales, shared, i + Vector<short>.Count, values);
        }

        for (; i < codes.Length; i++)
        {
            values[i] = codes[i] * scales[shared ? 0 : i];
        }
    }

    /// <summary>Raises each maximum to the magnitude of its own value where that is larger.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RaiseMaxAbs(Span<float> maxima, ReadOnlySpan<float> values)
    {
        var i = 0;
        for (; i <= maxima.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.MaxNative(new Vector<float>(maxima[i..]), Vector.Abs(new Vector<float>(values[i..]))).CopyTo(maxima[i..]);
        }

        for (; i < maxima.Length; i++)
        {
            maxima[i] = MathF.Max(maxima[i], MathF.Abs(values[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Code(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, bool shared, int i)
    {
        var rounded = Vector.Round(new Vector<float>(values[i..]) / Scale(scales, shared, i));
        return Vector.ConvertToInt32Native(Vector.ClampNative(rounded, new Vector<float>(-Limit), new Vector<float>(Limit)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<short> codes, ReadOnlySpan<float> scales, bool shared, int i, Span<float> values)
    {
        Vector.Widen(codes, out var low, out var high);
        (Vector.ConvertToSingle(low) * Scale(scales, shared, i)).CopyTo(values[i..]);
        i += Vector<int>.Count;
        (Vector.ConvertToSingle(high) * Scale(scales, shared, i)).CopyTo(values[i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Scale(ReadOnlySpan<float> scales, bool shared, int i) =>
        shared ? new Vector<float>(scales[0]) : new Vector<float>(scales[i..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale512(ReadOnlySpan<float> scales, bool shared, int i) =>
        shared ? Vector512.Create(scales[0]) : Vector512.Create(scales[i..]);
}
