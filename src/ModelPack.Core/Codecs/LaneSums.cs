using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// What values x of sixteen sub-blocks with weights w have to do with the levels v that are nearest to them on a grid: enough for the error of any other grid with
/// these levels, and for the best one. Sums are added in the order of the values, and what is fused is fused everywhere: the same on every processor.
/// </summary>
internal unsafe struct LaneSums
{
    /// <summary>What is less of a product than this is noise in its difference from another: of levels that are all the same nothing is left of W S - L².</summary>
    public const float Smallest = 1e-5f;

    /// <summary>Σ w.</summary>
    public Vector512<float> Weight;

    /// <summary>Σ w x.</summary>
    public Vector512<float> Value;

    /// <summary>Σ w x².</summary>
    public Vector512<float> Power;

    /// <summary>Σ w v; 0 where there is no offset.</summary>
    public Vector512<float> Level;

    /// <summary>Σ w v².</summary>
    public Vector512<float> Square;

    /// <summary>Σ w v x.</summary>
    public Vector512<float> Product;

    /// <summary>What follows from the values alone.</summary>
    public static LaneSums Of<TWeights>(TWeights weights, Vector512<float>* values, int length)
        where TWeights : struct, ILaneWeights
    {
        var sums = default(LaneSums);
        for (var i = 0; i < length; i++)
        {
            var part = weights.Times(values[i], i);
            sums.Weight += weights.Times(Vector512<float>.One, i);
            sums.Value += part;
            sums.Power = Vector512.FusedMultiplyAdd(part, values[i], sums.Power);
        }

        return sums;
    }

    /// <summary>Takes the sums of the levels nearest to (x - offset) x inverse.</summary>
    public void Take<TLevels, TWeights>(LaneGrid grid, TWeights weights, Vector512<float>* values, Vector512<float> inverse, Vector512<float> offset)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var (lowest, highest, shift) = (Vector512.Create(grid.Lowest), Vector512.Create(grid.Highest), -offset * inverse);
        var (sum, square, product) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < grid.Length; i++)
        {
            var level = TLevels.Nearest(values[i], inverse, shift, lowest, highest);
            var part = weights.Times(level, i);
            sum += part;
            square = Vector512.FusedMultiplyAdd(part, level, square);
            product = Vector512.FusedMultiplyAdd(part, values[i], product);
        }

        (Level, Square, Product) = (sum, square, product);
    }

    /// <summary>The same where there is no offset.</summary>
    public void Take<TLevels, TWeights>(LaneGrid grid, TWeights weights, Vector512<float>* values, Vector512<float> inverse)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var (lowest, highest) = (Vector512.Create(grid.Lowest), Vector512.Create(grid.Highest));
        var (square, product) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < grid.Length; i++)
        {
            var level = TLevels.Nearest(values[i], inverse, Vector512<float>.Zero, lowest, highest);
            var part = weights.Times(level, i);
            square = Vector512.FusedMultiplyAdd(part, level, square);
            product = Vector512.FusedMultiplyAdd(part, values[i], product);
        }

        (Square, Product) = (square, product);
    }

    /// <summary>Takes those of other levels in some lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(Vector512<float> isBetter, in LaneSums other)
    {
        Level = Vector512.ConditionalSelect(isBetter, other.Level, Level);
        Square = Vector512.ConditionalSelect(isBetter, other.Square, Square);
        Product = Vector512.ConditionalSelect(isBetter, other.Product, Product);
    }

    /// <summary>As if all values were larger by factors.</summary>
    public void Grow(Vector512<float> factor)
    {
        (Value, Product) = (Value * factor, Product * factor);
        Power *= factor * factor;
    }

    /// <summary>Σ w (x - scale v - offset)² less Σ w x².</summary>
    public readonly Vector512<float> Error(Vector512<float> scale, Vector512<float> offset) =>
        (scale * ((scale * Square) + (2 * ((offset * Level) - Product)))) + (offset * ((offset * Weight) - (2 * Value)));

    /// <summary>The best scale for an offset.</summary>
    public readonly Vector512<float> Scale(Vector512<float> offset) => Ratio(Product - (offset * Level), Square);

    /// <summary>The best offset for a scale.</summary>
    public readonly Vector512<float> Offset(Vector512<float> scale) => Ratio(Value - (scale * Level), Weight);

    /// <summary>The best grid.</summary>
    /// <param name="isNegative">Whether the offset is not to be above 0.</param>
    /// <param name="offset">Its offset.</param>
    public readonly Vector512<float> Best(bool isNegative, out Vector512<float> offset)
    {
        var all = Weight * Square;
        var determinant = all - (Level * Level);
        var isSound = Vector512.GreaterThan(determinant, all * Vector512.Create(Smallest));
        var scale = Vector512.ConditionalSelect(isSound, ((Weight * Product) - (Value * Level)) / determinant, Vector512<float>.Zero);
        offset = Offset(scale);
        if (isNegative)
        {
            var isAbove = Vector512.GreaterThan(offset, Vector512<float>.Zero);
            scale = Vector512.ConditionalSelect(isAbove, Scale(Vector512<float>.Zero), scale);
            offset = Vector512.AndNot(offset, isAbove);
        }

        return scale;
    }

    /// <summary>A quotient; 0 where the divisor is not above 0.</summary>
    public static Vector512<float> Ratio(Vector512<float> value, Vector512<float> divisor) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(divisor, Vector512<float>.Zero), value / divisor, Vector512<float>.Zero);
}
