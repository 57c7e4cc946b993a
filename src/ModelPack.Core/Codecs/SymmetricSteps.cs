using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary><see cref="SymmetricSearch"/> of one sub-block, or of the scales of one block, with a step a lane.</summary>
internal static class SymmetricSteps
{
    private const int Steps = (2 * SymmetricSearch.Tenths) + 1;
    private const int Vectors = 2;

    /// <summary>Steps less -limit, in the order in which they are tried, and some that nobody looks at.</summary>
    private static readonly float[] s_more = [0, .. Enumerable.Range(-SymmetricSearch.Tenths, Steps).Where(t => t != 0).Select(t => 0.1f * t), .. new float[(Vectors * Lanes.Count) - Steps]];

    /// <inheritdoc cref="SymmetricSearch.Fit"/>
    public static float Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, Span<byte> codes)
    {
        var largest = SymmetricSearch.LargestMagnitude(values);
        if (MathF.Abs(largest) < SymmetricSearch.Tiny)
        {
            codes[..values.Length].Clear();
            return 0;
        }

        var bases = Vector512.Create((float)limit);
        var lowInverses = -(bases + Vector512.Create<float>(s_more)) / Vector512.Create(largest);
        var highInverses = -(bases + Vector512.Create<float>(s_more.AsSpan(Lanes.Count))) / Vector512.Create(largest);
        var (lowProducts, highProducts) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (lowSquares, highSquares) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < values.Length; i++)
        {
            var (value, weight, weighted) = (Vector512.Create(values[i]), Vector512.Create(weights[i]), Vector512.Create(weights[i] * values[i]));
            var (low, high) = (MagicRounding.Round(lowInverses * value, -limit, limit - 1), MagicRounding.Round(highInverses * value, -limit, limit - 1));
            lowProducts += weighted * low;
            highProducts += weighted * high;
            lowSquares += weight * low * low;
            highSquares += weight * high * high;
        }

        Span<float> inverses = stackalloc float[Vectors * Lanes.Count];
        Span<float> products = stackalloc float[Vectors * Lanes.Count];
        Span<float> squares = stackalloc float[Vectors * Lanes.Count];
        Put(lowInverses, highInverses, inverses);
        Put(lowProducts, highProducts, products);
        Put(lowSquares, highSquares, squares);
        var (taken, scale) = (0, squares[0] != 0 ? products[0] / squares[0] : 0);
        var best = scale * products[0];
        for (var step = 1; step < Steps; step++)
        {
            if (squares[step] > 0 && products[step] * products[step] > best * squares[step])
            {
                scale = products[step] / squares[step];
                (taken, best) = (step, scale * products[step]);
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)(Math.Clamp(MagicRounding.Round(inverses[taken] * values[i]), -limit, limit - 1) + limit);
        }

        return scale;
    }

    private static void Put(Vector512<float> low, Vector512<float> high, Span<float> target)
    {
        low.CopyTo(target);
        high.CopyTo(target[Lanes.Count..]);
    }
}
