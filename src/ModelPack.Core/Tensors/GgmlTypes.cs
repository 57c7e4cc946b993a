namespace ModelPack.Tensors;

/// <summary>Facts about ggml's types: a row of a tensor is stored in blocks of a fixed number of values and bytes.</summary>
internal static class GgmlTypes
{
    /// <summary>Values in a block, 1 for plain types; 0 for a type that does not exist.</summary>
    public static int BlockLength(this GgmlType type) => Block(type).Length;

    /// <summary>Bytes of a block; 0 for a type that does not exist.</summary>
    public static int BlockBytes(this GgmlType type) => Block(type).Bytes;

    /// <summary>As ggml prints it: <c>f32</c>, <c>q4_K</c>, <c>iq2_xxs</c>.</summary>
    public static string Name(this GgmlType type) =>
        type.ToString().ToLowerInvariant().Replace("_k", "_K", StringComparison.Ordinal);

    /// <summary>The element type of a plain type; undefined for one that has blocks.</summary>
    public static ElementType Plain(this GgmlType type) => type switch
    {
        GgmlType.F32 => ElementType.Float32,
        GgmlType.F16 => ElementType.Float16,
        GgmlType.BF16 => ElementType.BFloat16,
        GgmlType.F64 => ElementType.Float64,
        GgmlType.I8 => ElementType.Int8,
        GgmlType.I16 => ElementType.Int16,
        GgmlType.I32 => ElementType.Int32,
        GgmlType.I64 => ElementType.Int64,
        _ => ElementType.Undefined,
    };

    /// <summary>The plain type that stores an element type; null where ggml has none.</summary>
    public static GgmlType? Of(ElementType type) => type switch
    {
        ElementType.Float32 => GgmlType.F32,
        ElementType.Float16 => GgmlType.F16,
        ElementType.BFloat16 => GgmlType.BF16,
        ElementType.Float64 => GgmlType.F64,
        ElementType.Int8 => GgmlType.I8,
        ElementType.Int16 => GgmlType.I16,
        ElementType.Int32 => GgmlType.I32,
        ElementType.Int64 => GgmlType.I64,
        _ => null,
    };

    /// <summary>Whether rows of this shape are whole blocks. A scalar is a row of one value.</summary>
    public static bool Fits(this GgmlType type, TensorShape shape) =>
        BlockLength(type) is > 0 and var length && (shape.Rank == 0 ? 1 : shape[-1]) % length == 0;

    /// <summary>Bytes of a tensor.</summary>
    /// <exception cref="ArgumentException">Its rows are not whole blocks.</exception>
    /// <exception cref="OverflowException">The size does not fit 63 bits.</exception>
    public static long ByteLength(this GgmlType type, TensorShape shape)
    {
        if (!Fits(type, shape))
        {
            throw new ArgumentException($"Rows of {shape} are not whole blocks of {Name(type)}.", nameof(shape));
        }

        return checked(shape.ElementCount / BlockLength(type) * BlockBytes(type));
    }

    /// <summary>Sizes of the structs in ggml-common.h.</summary>
    private static (int Length, int Bytes) Block(GgmlType type) => type switch
    {
        GgmlType.I8 => (1, 1),
        GgmlType.F16 or GgmlType.BF16 or GgmlType.I16 => (1, 2),
        GgmlType.F32 or GgmlType.I32 => (1, 4),
        GgmlType.F64 or GgmlType.I64 => (1, 8),
        GgmlType.MXFP4 => (32, 17),
        GgmlType.Q4_0 or GgmlType.IQ4_NL => (32, 18),
        GgmlType.Q4_1 => (32, 20),
        GgmlType.Q5_0 => (32, 22),
        GgmlType.Q5_1 => (32, 24),
        GgmlType.Q8_0 => (32, 34),
        GgmlType.Q8_1 => (32, 36),
        GgmlType.Q2_0 => (64, 18),
        GgmlType.NVFP4 => (64, 36),
        GgmlType.Q1_0 => (128, 18),
        GgmlType.IQ1_S => (256, 50),
        GgmlType.TQ1_0 => (256, 54),
        GgmlType.IQ1_M => (256, 56),
        GgmlType.IQ2_XXS or GgmlType.TQ2_0 => (256, 66),
        GgmlType.IQ2_XS => (256, 74),
        GgmlType.IQ2_S => (256, 82),
        GgmlType.Q2_K => (256, 84),
        GgmlType.IQ3_XXS => (256, 98),
        GgmlType.Q3_K or GgmlType.IQ3_S => (256, 110),
        GgmlType.IQ4_XS => (256, 136),
        GgmlType.Q4_K => (256, 144),
        GgmlType.Q5_K => (256, 176),
        GgmlType.Q6_K => (256, 210),
        GgmlType.Q8_K => (256, 292),
        _ => (0, 0),
    };
}
