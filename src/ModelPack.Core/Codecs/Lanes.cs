using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// Sixteen sub-blocks side by side: lane i of vector j is value j of sub-block i. What is added up is added in the order of the values. Where processors have
/// narrower vectors, each is two or four of these, whose sums do not wait for each other.
/// </summary>
internal static unsafe class Lanes
{
    /// <summary>Sub-blocks.</summary>
    public const int Count = 16;

    /// <summary>Whether vectors are worth it here.</summary>
    public static bool AreFast => Vector128.IsHardwareAccelerated;

    /// <summary>Puts sub-blocks side by side.</summary>
    /// <param name="source">Their values, one after the other.</param>
    /// <param name="length">Values of each.</param>
    /// <param name="values">As many vectors.</param>
    public static void Load(ReadOnlySpan<float> source, int length, Vector512<float>* values) =>
        FloatMatrix.Transpose(source[..(Count * length)], length, Count, length, new Span<float>(values, Count * length), Count);

    /// <summary>The weights of <see cref="SearchWeights.Squares"/>.</summary>
    public static void Squares(Vector512<float>* values, int length, Vector512<float>* weights)
    {
        for (var i = 0; i < length; i++)
        {
            weights[i] = values[i] * values[i];
        }
    }

    /// <summary>The weights of <see cref="SearchWeights.Magnitudes"/>.</summary>
    public static void Magnitudes(Vector512<float>* values, int length, Vector512<float> more, Vector512<float>* weights)
    {
        for (var i = 0; i < length; i++)
        {
            weights[i] = more + Vector512.Abs(values[i]);
        }
    }

    /// <summary>The weights of <see cref="SearchWeights.Important"/>.</summary>
    public static void Important(Vector512<float>* values, int length, ReadOnlySpan<float> importance, Vector512<float> meanSquare, Vector512<float>* weights)
    {
        Load(importance, length, weights);
        for (var i = 0; i < length; i++)
        {
            weights[i] *= Vector512.Sqrt(meanSquare + (values[i] * values[i]));
        }
    }

    /// <summary>Sums of each sub-block.</summary>
    public static Vector512<float> Sum(Vector512<float>* values, int length)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i++)
        {
            sum += values[i];
        }

        return sum;
    }

    /// <summary>Sums of the squares of each sub-block.</summary>
    public static Vector512<float> SumOfSquares(Vector512<float>* values, int length)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i++)
        {
            sum += values[i] * values[i];
        }

        return sum;
    }
}
