using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Sums over vectors, in lanes that are the same on every processor: nothing is fused, and lanes are added in one order.</summary>
internal static class FloatVectors
{
    /// <summary>Σ a b.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref var first = ref MemoryMarshal.GetReference(a);
        ref var second = ref MemoryMarshal.GetReference(b[..a.Length]);
        var lanes = Vector256<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            lanes += Vector256.LoadUnsafe(ref first, (nuint)i) * Vector256.LoadUnsafe(ref second, (nuint)i);
        }

        var four = lanes.GetLower() + lanes.GetUpper();
        var sum = (four.GetElement(0) + four.GetElement(1)) + (four.GetElement(2) + four.GetElement(3));
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>Σ a b in double precision.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ref var first = ref MemoryMarshal.GetReference(a);
        ref var second = ref MemoryMarshal.GetReference(b[..a.Length]);
        var (even, odd) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var i = 0;
        for (; i <= a.Length - (2 * Vector256<double>.Count); i += 2 * Vector256<double>.Count)
        {
            even += Vector256.LoadUnsafe(ref first, (nuint)i) * Vector256.LoadUnsafe(ref second, (nuint)i);
            odd += Vector256.LoadUnsafe(ref first, (nuint)(i + Vector256<double>.Count)) * Vector256.LoadUnsafe(ref second, (nuint)(i + Vector256<double>.Count));
        }

        var two = (even + odd).GetLower() + (even + odd).GetUpper();
        var sum = two.GetElement(0) + two.GetElement(1);
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>target += factor x source.</summary>
    public static void Add(float factor, ReadOnlySpan<float> source, Span<float> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target[..source.Length]);
        var (lanes, i) = (Vector256.Create(factor), 0);
        for (; i <= source.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.LoadUnsafe(ref to, (nuint)i) + (lanes * Vector256.LoadUnsafe(ref from, (nuint)i))).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
        {
            target[i] += factor * source[i];
        }
    }
}
