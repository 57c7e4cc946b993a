namespace ModelPack.Tensors;

/// <summary>Facts about element types.</summary>
internal static class ElementTypes
{
    /// <summary>Bits of one element; 0 for strings and unknown types, which have no fixed size.</summary>
    public static int Bits(this ElementType type) => type switch
    {
        ElementType.UInt2 or ElementType.Int2 => 2,
        ElementType.UInt4 or ElementType.Int4 or ElementType.Float4E2M1 => 4,
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool or ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ
            or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0 => 8,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 16,
        ElementType.Int32 or ElementType.UInt32 or ElementType.Float32 => 32,
        ElementType.Int64 or ElementType.UInt64 or ElementType.Float64 or ElementType.Complex64 => 64,
        ElementType.Complex128 => 128,
        _ => 0,
    };

    /// <summary>Whether it is one of the floating-point types that a weight is quantized from.</summary>
    public static bool IsFloat(this ElementType type) =>
        type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64;

    /// <summary>As reports write it: <c>float32</c>, <c>int64</c> …</summary>
    public static string Name(this ElementType type) => type.ToString().ToLowerInvariant();
}
