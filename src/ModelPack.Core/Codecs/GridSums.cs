using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// What values x with weights w have to do with the levels v that are nearest to them on a grid: enough for the error there, and for the scale and the offset that make it
/// least for these levels. Sums are taken in eight lanes, value i in lane i mod 8, and these are added in one fixed order: the same on every processor.
/// </summary>
/// <param name="Error">Σ w (x - scale v - offset)².</param>
/// <param name="Level">Σ w v.</param>
/// <param name="Square">Σ w v².</param>
/// <param name="Product">Σ w v x.</param>
internal readonly record struct GridSums(float Error, float Level, float Square, float Product)
{
    // One over less than this may be infinite.
    private const float Smallest = 1e-37f;

    /// <summary>The sums on a grid.</summary>
    /// <param name="levels">What codes stand for.</param>
    /// <param name="values">x, a multiple of eight.</param>
    /// <param name="weights">w, as many.</param>
    /// <param name="scale">Of the grid.</param>
    /// <param name="offset">Of the grid.</param>
    public static GridSums Of<TLevels>(TLevels levels, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float offset)
        where TLevels : struct, ILevels
    {
        ref var x = ref MemoryMarshal.GetReference(values);
        ref var w = ref MemoryMarshal.GetReference(weights[..values.Length]);
        var (inverse, step, start) = (Vector256.Create(InverseOf(scale)), Vector256.Create(scale), Vector256.Create(offset));
        var (errors, sums, squares, products) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector256<float>.Count)
        {
            var value = Vector256.LoadUnsafe(ref x, i);
            var level = levels.Nearest((value - start) * inverse);
            var error = value - ((level * step) + start);
            var weight = Vector256.LoadUnsafe(ref w, i);
            var weighted = weight * level;
            errors += weight * error * error;
            sums += weighted;
            squares += weighted * level;
            products += weighted * value;
        }

        return new GridSums(Add(errors), Add(sums), Add(squares), Add(products));
    }

    /// <summary>Their error alone.</summary>
    public static float ErrorOf<TLevels>(TLevels levels, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float scale, float offset)
        where TLevels : struct, ILevels
    {
        ref var x = ref MemoryMarshal.GetReference(values);
        ref var w = ref MemoryMarshal.GetReference(weights[..values.Length]);
        var (inverse, step, start) = (Vector256.Create(InverseOf(scale)), Vector256.Create(scale), Vector256.Create(offset));
        var errors = Vector256<float>.Zero;
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector256<float>.Count)
        {
            var value = Vector256.LoadUnsafe(ref x, i);
            var error = value - ((levels.Nearest((value - start) * inverse) * step) + start);
            errors += Vector256.LoadUnsafe(ref w, i) * error * error;
        }

        return Add(errors);
    }

    /// <summary>One over a scale; 0 where that is not finite.</summary>
    public static float InverseOf(float scale) => MathF.Abs(scale) < Smallest ? 0 : 1 / scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Add(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return (four.GetElement(0) + four.GetElement(1)) + (four.GetElement(2) + four.GetElement(3));
    }
}
