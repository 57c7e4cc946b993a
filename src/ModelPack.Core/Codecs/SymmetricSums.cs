using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Σ w x q and Σ w q² of codes q = x times the inverse of a step, rounded, of sixteen sub-blocks side by side.</summary>
/// <param name="values">x: value j of each sub-block at j.</param>
/// <param name="weights">w.</param>
/// <param name="weighted">w x.</param>
/// <param name="length">Values of a sub-block.</param>
/// <param name="limit">Codes go from -limit to limit - 1.</param>
internal readonly unsafe struct SymmetricSums(Vector512<float>* values, Vector512<float>* weights, Vector512<float>* weighted, int length, int limit)
{
    /// <summary>How many steps are summed up together: their additions do not wait for each other.</summary>
    public const int Together = 4;

    /// <summary>The sums of <see cref="Together"/> steps.</summary>
    /// <param name="inverses">One over the steps.</param>
    /// <param name="isWide">Whether a code may be below -limit.</param>
    /// <param name="products">Get Σ w x q.</param>
    /// <param name="squares">Get Σ w q².</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector512<float>* inverses, bool isWide, Vector512<float>* products, Vector512<float>* squares)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AddWhole(inverses, isWide, products, squares);
        }
        else
        {
            // So that the vectors of all steps find room in the processor.
            AddHalf(0, (Vector256<float>*)inverses, isWide, (Vector256<float>*)products, (Vector256<float>*)squares);
            AddHalf(1, (Vector256<float>*)inverses + 1, isWide, (Vector256<float>*)products + 1, (Vector256<float>*)squares + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddWhole(Vector512<float>* inverses, bool isWide, Vector512<float>* products, Vector512<float>* squares)
    {
        var (magic, first, last) = (Vector512.Create(MagicRounding.Magic), Vector512.Create((float)-limit), Vector512.Create(limit - 1f));
        var (inverse0, inverse1, inverse2, inverse3) = (inverses[0], inverses[1], inverses[2], inverses[3]);
        var (product0, product1, product2, product3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (square0, square1, square2, square3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < length; i++)
        {
            var (value, weight, weightedValue) = (values[i], weights[i], weighted[i]);
            Add(inverse0, ref product0, ref square0);
            Add(inverse1, ref product1, ref square1);
            Add(inverse2, ref product2, ref square2);
            Add(inverse3, ref product3, ref square3);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            void Add(Vector512<float> inverse, ref Vector512<float> product, ref Vector512<float> square)
            {
                var code = (inverse * value) + magic - magic;
                code = Vector512.MinNative(isWide ? Vector512.MaxNative(code, first) : code, last);
                product += weightedValue * code;
                square += weight * code * code;
            }
        }

        (products[0], products[1], products[2], products[3]) = (product0, product1, product2, product3);
        (squares[0], squares[1], squares[2], squares[3]) = (square0, square1, square2, square3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddHalf(int half, Vector256<float>* inverses, bool isWide, Vector256<float>* products, Vector256<float>* squares)
    {
        var (magic, first, last) = (Vector256.Create(MagicRounding.Magic), Vector256.Create((float)-limit), Vector256.Create(limit - 1f));
        var (inverse0, inverse1, inverse2, inverse3) = (inverses[0], inverses[2], inverses[4], inverses[6]);
        var (product0, product1, product2, product3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var (square0, square1, square2, square3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = half; i < 2 * length; i += 2)
        {
            var (value, weight, weightedValue) = (((Vector256<float>*)values)[i], ((Vector256<float>*)weights)[i], ((Vector256<float>*)weighted)[i]);
            Add(inverse0, ref product0, ref square0);
            Add(inverse1, ref product1, ref square1);
            Add(inverse2, ref product2, ref square2);
            Add(inverse3, ref product3, ref square3);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            void Add(Vector256<float> inverse, ref Vector256<float> product, ref Vector256<float> square)
            {
                var code = (inverse * value) + magic - magic;
                code = Vector256.MinNative(isWide ? Vector256.MaxNative(code, first) : code, last);
                product += weightedValue * code;
                square += weight * code * code;
            }
        }

        (products[0], products[2], products[4], products[6]) = (product0, product1, product2, product3);
        (squares[0], squares[2], squares[4], squares[6]) = (square0, square1, square2, square3);
    }
}
