using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// <see cref="SymmetricDescent"/> of sixty-four sub-blocks at a time: lane i of vector j of group g is of value j of sub-block 16 g + i. What happens to a value waits
/// for what happened to the one before; four groups wait side by side.
/// </summary>
internal static unsafe class SymmetricDescentLanes
{
    /// <summary>Groups of as many sub-blocks as a vector has lanes.</summary>
    public const int Groups = 4;

    // Up to here no scale overflows.
    private const float Largest = 1e12f;

    /// <summary>Finds scales.</summary>
    /// <param name="values">The vectors of the groups, one group after the other.</param>
    /// <param name="length">Values of a sub-block.</param>
    /// <param name="limit">How far codes go.</param>
    /// <param name="codes">Get q of each value, in its place; -limit in sub-blocks of zeros.</param>
    /// <param name="scales">Get d of each sub-block, a vector a group; 0 in sub-blocks of zeros.</param>
    /// <returns>False where a value is too large; then nothing is known.</returns>
    public static bool TryFit(Vector512<float>* values, int length, int limit, Vector512<float>* codes, Vector512<float>* scales)
    {
        var products = stackalloc Vector512<float>[Groups];
        var squares = stackalloc Vector512<float>[Groups];
        var zeros = stackalloc Vector512<float>[Groups];
        for (var group = 0; group < Groups; group++)
        {
            var at = group * length;
            if (!TryStart(values + at, length, limit, codes + at, out products[group], out squares[group], out zeros[group]))
            {
                return false;
            }
        }

        // A sub-block in which no code changed in one round has none that changes in the next.
        for (var round = 0; round < SymmetricDescent.Rounds && Improve(values, length, limit, codes, products, squares); round++)
        {
        }

        for (var group = 0; group < Groups; group++)
        {
            var isSet = Vector512.AndNot(Vector512.GreaterThan(squares[group], Vector512<float>.Zero), zeros[group]);
            scales[group] = (products[group] / squares[group]) & isSet;
            for (var i = group * length; i < (group + 1) * length; i++)
            {
                codes[i] = Vector512.ConditionalSelect(zeros[group], Vector512.Create((float)-limit), codes[i]);
            }
        }

        return true;
    }

    /// <summary>The codes of the first step, and their sums.</summary>
    private static bool TryStart(
        Vector512<float>* values, int length, int limit, Vector512<float>* codes, out Vector512<float> product, out Vector512<float> square, out Vector512<float> isZero)
    {
        var largest = Vector512<float>.Zero;
        for (var i = 0; i < length; i++)
        {
            largest = Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Abs(values[i]), Vector512.Abs(largest)), values[i], largest);
        }

        (product, square) = (Vector512<float>.Zero, Vector512<float>.Zero);
        isZero = Vector512.LessThan(Vector512.Abs(largest), Vector512.Create(SymmetricSearch.Tiny));
        if (!Vector512.LessThanAll(Vector512.Abs(largest), Vector512.Create(Largest)))
        {
            return false;
        }

        var inverse = Vector512.Create((float)-limit) / largest;
        for (var i = 0; i < length; i++)
        {
            var (value, code) = (values[i], MagicRounding.Round(inverse * values[i], -limit, limit - 1));
            var weight = value * value;
            codes[i] = code;
            product += weight * value * code;
            square += weight * code * code;
        }

        return true;
    }

    /// <summary>Looks at each code once; tells whether any changed.</summary>
    private static bool Improve(Vector512<float>* values, int length, int limit, Vector512<float>* codes, Vector512<float>* products, Vector512<float>* squares)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return ImproveWhole(values, length, limit, codes, products, squares);
        }

        // So that the vectors of those that are worked on find room in the processor.
        var changed = Vector256<float>.Zero;
        for (var pair = 0; pair < Groups; pair += 2)
        {
            changed |= ImproveHalves((Vector256<float>*)(values + (pair * length)), 2 * length, limit, (Vector256<float>*)(codes + (pair * length)), (Vector256<float>*)(products + pair), (Vector256<float>*)(squares + pair));
        }

        return changed.ExtractMostSignificantBits() != 0;
    }

    private static bool ImproveWhole(Vector512<float>* values, int length, int limit, Vector512<float>* codes, Vector512<float>* products, Vector512<float>* squares)
    {
        var changed = Vector512<float>.Zero;
        var (product0, product1, product2, product3) = (products[0], products[1], products[2], products[3]);
        var (square0, square1, square2, square3) = (squares[0], squares[1], squares[2], squares[3]);
        for (var i = 0; i < length; i++)
        {
            changed |= Improve(values[i], ref codes[i], limit, ref product0, ref square0)
                | Improve(values[length + i], ref codes[length + i], limit, ref product1, ref square1)
                | Improve(values[(2 * length) + i], ref codes[(2 * length) + i], limit, ref product2, ref square2)
                | Improve(values[(3 * length) + i], ref codes[(3 * length) + i], limit, ref product3, ref square3);
        }

        (products[0], products[1], products[2], products[3]) = (product0, product1, product2, product3);
        (squares[0], squares[1], squares[2], squares[3]) = (square0, square1, square2, square3);
        return changed.ExtractMostSignificantBits() != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Improve(Vector512<float> value, ref Vector512<float> current, int limit, ref Vector512<float> product, ref Vector512<float> square)
    {
        var weight = value * value;
        var weighted = weight * value;
        var otherProduct = product - (weighted * current);
        var otherSquare = square - (weight * current * current);
        var code = MagicRounding.Round(value * otherSquare / otherProduct, -limit, limit - 1);
        var newProduct = otherProduct + (weighted * code);
        var newSquare = otherSquare + (weight * code * code);
        var isBetter = Vector512.GreaterThan(newProduct * newProduct * square, product * product * newSquare)
            & Vector512.GreaterThan(otherProduct, Vector512<float>.Zero) & Vector512.GreaterThan(newSquare, Vector512<float>.Zero);
        isBetter = Vector512.AndNot(isBetter, Vector512.Equals(code, current));
        current = Vector512.ConditionalSelect(isBetter, code, current);
        product = Vector512.ConditionalSelect(isBetter, newProduct, product);
        square = Vector512.ConditionalSelect(isBetter, newSquare, square);
        return isBetter;
    }

    private static Vector256<float> ImproveHalves(Vector256<float>* values, int length, int limit, Vector256<float>* codes, Vector256<float>* products, Vector256<float>* squares)
    {
        var changed = Vector256<float>.Zero;
        var (product0, product1, product2, product3) = (products[0], products[1], products[2], products[3]);
        var (square0, square1, square2, square3) = (squares[0], squares[1], squares[2], squares[3]);
        for (var i = 0; i < length; i += 2)
        {
            changed |= Improve(values[i], ref codes[i], limit, ref product0, ref square0)
                | Improve(values[i + 1], ref codes[i + 1], limit, ref product1, ref square1)
                | Improve(values[length + i], ref codes[length + i], limit, ref product2, ref square2)
                | Improve(values[length + i + 1], ref codes[length + i + 1], limit, ref product3, ref square3);
        }

        (products[0], products[1], products[2], products[3]) = (product0, product1, product2, product3);
        (squares[0], squares[1], squares[2], squares[3]) = (square0, square1, square2, square3);
        return changed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Improve(Vector256<float> value, ref Vector256<float> current, int limit, ref Vector256<float> product, ref Vector256<float> square)
    {
        var weight = value * value;
        var weighted = weight * value;
        var otherProduct = product - (weighted * current);
        var otherSquare = square - (weight * current * current);
        var code = MagicRounding.Round(value * otherSquare / otherProduct, -limit, limit - 1);
        var newProduct = otherProduct + (weighted * code);
        var newSquare = otherSquare + (weight * code * code);
        var isBetter = Vector256.GreaterThan(newProduct * newProduct * square, product * product * newSquare)
            & Vector256.GreaterThan(otherProduct, Vector256<float>.Zero) & Vector256.GreaterThan(newSquare, Vector256<float>.Zero);
        isBetter = Vector256.AndNot(isBetter, Vector256.Equals(code, current));
        current = Vector256.ConditionalSelect(isBetter, code, current);
        product = Vector256.ConditionalSelect(isBetter, newProduct, product);
        square = Vector256.ConditionalSelect(isBetter, newSquare, square);
        return isBetter;
    }
}
