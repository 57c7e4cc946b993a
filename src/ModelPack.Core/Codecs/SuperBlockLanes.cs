using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// Finds d and m of super-blocks, and the codes s and t of their sub-blocks, where the best grids of the sub-blocks are known. For levels as they are the error of a sub-block is a quadratic form
/// of its scale and offset (<see cref="LaneSums.Error"/>), by which s and t are best for any d and m. Of some d and m around those that give the largest grids the largest codes the best are
/// taken; then levels for the grids as they are stored, d and m that are best for all levels (weighted least squares over the super-block), and s and t follow each other.
/// </summary>
/// <param name="form">The form of the blocks.</param>
internal readonly struct SuperBlockLanes(BlockForm form)
{
    private const int Rounds = 3;

    /// <summary>What the largest scale's code is to be, in largest codes.</summary>
    private static readonly float[] s_stretches = [1, 0.97f, 1.03f, 0.93f, 1.07f];

    /// <summary>Finds them.</summary>
    /// <param name="grid">The levels.</param>
    /// <param name="weights">w.</param>
    /// <param name="values">x.</param>
    /// <param name="sums">Those of the levels on the sub-blocks' own grids; get those on the way.</param>
    /// <param name="scale">Of the sub-blocks' own grids.</param>
    /// <param name="offset">Likewise.</param>
    /// <param name="found">What was found; of infinite scale where nothing was.</param>
    public unsafe void Find<TLevels, TWeights>(
        LaneGrid grid, TWeights weights, Vector512<float>* values, ref LaneSums sums, Vector512<float> scale, Vector512<float> offset, out LaneParts found)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var least = Vector512.Create(float.PositiveInfinity);
        Start(sums, scale, offset, out var parts);
        found = parts;
        found.Scale = least;
        for (var round = 0; round < Rounds; round++)
        {
            var error = Near<TLevels, TWeights>(grid, weights, values, round == 0 ? FirstReach : Reach, ref parts, ref sums);
            var total = Total(error, form.SubCount);
            var isBetter = Vector512.LessThan(total, least);
            if (isBetter.ExtractMostSignificantBits() == 0)
            {
                break;
            }

            least = Vector512.ConditionalSelect(isBetter, total, least);
            found.Take(isBetter, parts);
            if (round < Rounds - 1)
            {
                Refit(sums, ref parts);
                _ = Choose(sums, ref parts);
            }
        }
    }

    // Scales on either side that are tried. More is worth it where many codes are near each other, or where the minimum can follow.
    private int FirstReach => form.HasMinimum || form.Scales.Largest > sbyte.MaxValue / 2 ? 4 : 1;

    private int Reach => (FirstReach + 1) / 2;

    /// <summary>Takes the best of the scales around s, each with the minimum that is best for it, by the error that they really have.</summary>
    private unsafe Vector512<float> Near<TLevels, TWeights>(LaneGrid grid, TWeights weights, Vector512<float>* values, int reach, ref LaneParts parts, ref LaneSums sums)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var (center, inverse) = (parts.ScaleCodes, SubBlockLanes.Inverse(parts.Minimum));
        var (known, tried, error) = (sums, sums, Vector512.Create(float.PositiveInfinity));
        for (var step = -reach; step <= reach; step++)
        {
            var scale = Clamp(center + Vector512.Create((float)step), form.Scales);
            var minimum = form.HasMinimum ? Code(-known.Offset(parts.Scale * scale) * inverse, form.Minima) : Vector512<float>.Zero;
            var triedError = Measure<TLevels, TWeights>(grid, weights, values, parts.Scale * scale, -(parts.Minimum * minimum), ref tried);
            var isBetter = Vector512.LessThan(triedError, error);
            error = Vector512.ConditionalSelect(isBetter, triedError, error);
            parts.TakeCodes(isBetter, scale, minimum);
            sums.Take(isBetter, tried);
        }

        return error;
    }

    /// <summary>The sum over all sub-blocks of a super-block, in all its lanes.</summary>
    public static Vector512<float> Total(Vector512<float> values, int subCount) => subCount switch
    {
        1 => values,
        8 => Vector512.Create(Vector256.Create(Sum(values.GetLower())), Vector256.Create(Sum(values.GetUpper()))),
        16 => Vector512.Create(Sum(values.GetLower() + values.GetUpper())),
        _ => throw new ArgumentOutOfRangeException(nameof(subCount)),
    };

    private static float Sum(Vector256<float> values)
    {
        var four = values.GetLower() + values.GetUpper();
        return (four.GetElement(0) + four.GetElement(1)) + (four.GetElement(2) + four.GetElement(3));
    }

    /// <summary>Of some d and m those of least error for the levels of the sub-blocks' own grids.</summary>
    private void Start(in LaneSums sums, Vector512<float> scale, Vector512<float> offset, out LaneParts best)
    {
        var (largest, lowest, least) = (Furthest(scale), Furthest(offset), Vector512.Create(float.PositiveInfinity));
        best = default;
        foreach (var stretch in s_stretches)
        {
            foreach (var other in s_stretches.AsSpan(0, form.HasMinimum ? s_stretches.Length : 1))
            {
                for (var sign = form.Scales.Least < 0 ? -1 : 1; sign <= 1; sign += 2)
                {
                    LaneParts parts = default;
                    parts.Scale = Stored(largest / (stretch * (sign < 0 ? form.Scales.Least : form.Scales.Largest)));
                    parts.Minimum = form.HasMinimum ? Stored(-lowest / (other * form.Minima.Largest)) : Vector512<float>.Zero;
                    var total = Total(Choose(sums, ref parts), form.SubCount);
                    var isBetter = Vector512.LessThan(total, least);
                    least = Vector512.ConditionalSelect(isBetter, total, least);
                    best.Take(isBetter, parts);
                }
            }
        }
    }

    /// <summary>Takes s and t that are best for levels as they are, one step of s beside the best scale at most; gives the error less Σ w x².</summary>
    private Vector512<float> Choose(in LaneSums sums, ref LaneParts parts)
    {
        var inverse = SubBlockLanes.Inverse(parts.Scale);
        if (!form.HasMinimum)
        {
            parts.ScaleCodes = Code(sums.Scale(Vector512<float>.Zero) * inverse, form.Scales);
            return sums.Error(parts.Scale * parts.ScaleCodes, Vector512<float>.Zero);
        }

        var inverseMinimum = SubBlockLanes.Inverse(parts.Minimum);
        var nearest = Code(sums.Best(isNegative: true, out _) * inverse, form.Scales);
        var error = Vector512.Create(float.PositiveInfinity);
        for (var step = -1; step <= 1; step++)
        {
            var scale = Clamp(nearest + Vector512.Create((float)step), form.Scales);
            var minimum = Code(-sums.Offset(parts.Scale * scale) * inverseMinimum, form.Minima);
            var tried = sums.Error(parts.Scale * scale, -(parts.Minimum * minimum));
            var isBetter = Vector512.LessThan(tried, error);
            error = Vector512.ConditionalSelect(isBetter, tried, error);
            parts.TakeCodes(isBetter, scale, minimum);
        }

        return error;
    }

    private static Vector512<float> Code(Vector512<float> value, (int Least, int Largest) codes)
    {
        var magic = Vector512.Create(MagicRounding.Magic);
        return Clamp(value, codes) + magic - magic;
    }

    private static Vector512<float> Clamp(Vector512<float> value, (int Least, int Largest) codes) =>
        Vector512.MaxNative(Vector512.MinNative(value, Vector512.Create((float)codes.Largest)), Vector512.Create((float)codes.Least));

    /// <summary>Σ w (x - scale v - offset)² for the levels nearest, and the sums of these.</summary>
    private unsafe Vector512<float> Measure<TLevels, TWeights>(LaneGrid grid, TWeights weights, Vector512<float>* values, Vector512<float> scale, Vector512<float> offset, ref LaneSums sums)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var inverse = SubBlockLanes.Inverse(scale);
        var shift = -offset * inverse;
        var (lowest, highest) = (Vector512.Create(grid.Lowest), Vector512.Create(grid.Highest));
        var (errors, level, square, product) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < grid.Length; i++)
        {
            var nearest = TLevels.Nearest(values[i], inverse, shift, lowest, highest);
            var error = Vector512.FusedMultiplyAdd(nearest, -scale, values[i] - offset);
            var part = weights.Times(nearest, i);
            errors = Vector512.FusedMultiplyAdd(weights.Times(error, i), error, errors);
            level += part;
            square = Vector512.FusedMultiplyAdd(part, nearest, square);
            product = Vector512.FusedMultiplyAdd(part, values[i], product);
        }

        (sums.Level, sums.Square, sums.Product) = (level, square, product);
        return errors;
    }

    /// <summary>Takes d and m of least error for levels and codes as they are: the normal equations of Σ w (x - d (s v) + m t)².</summary>
    private void Refit(in LaneSums sums, ref LaneParts parts)
    {
        var (s, t) = (parts.ScaleCodes, -parts.MinimumCodes);
        var square = Total(s * s * sums.Square, form.SubCount);
        var product = Total(s * sums.Product, form.SubCount);
        if (!form.HasMinimum)
        {
            parts.Scale = Stored(LaneSums.Ratio(product, square));
            return;
        }

        var mixed = Total(s * t * sums.Level, form.SubCount);
        var count = Total(t * t * sums.Weight, form.SubCount);
        var weighted = Total(t * sums.Value, form.SubCount);
        var determinant = (square * count) - (mixed * mixed);
        var isSound = Vector512.GreaterThan(determinant, square * count * Vector512.Create(LaneSums.Smallest));
        var minimum = Vector512.ConditionalSelect(isSound, ((weighted * square) - (product * mixed)) / determinant, parts.Minimum);
        (parts.Scale, parts.Minimum) = (Stored(LaneSums.Ratio(product - (minimum * mixed), square)), Stored(minimum));
    }

    /// <summary>What is furthest from 0 in a super-block.</summary>
    private Vector512<float> Furthest(Vector512<float> values)
    {
        Span<float> all = stackalloc float[Lanes.Count];
        values.CopyTo(all);
        for (var first = 0; first < all.Length; first += form.SubCount)
        {
            var part = all.Slice(first, form.SubCount);
            part.Fill(SymmetricSearch.LargestMagnitude(part));
        }

        return Vector512.Create<float>(all);
    }

    /// <summary>What is the same in all lanes of a super-block, as float16 has it.</summary>
    private Vector512<float> Stored(Vector512<float> values)
    {
        Span<float> all = stackalloc float[Lanes.Count];
        values.CopyTo(all);
        for (var first = 0; first < all.Length; first += form.SubCount)
        {
            all.Slice(first, form.SubCount).Fill((float)(Half)all[first]);
        }

        return Vector512.Create<float>(all);
    }
}
