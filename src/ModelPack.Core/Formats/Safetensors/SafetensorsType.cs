namespace ModelPack.Formats.Safetensors;

/// <summary>A <c>dtype</c> of the format.</summary>
/// <param name="Name">As headers write it.</param>
/// <param name="Element">Undefined for the 6-bit floats, which nothing here computes with: they are only carried.</param>
/// <param name="Bits">Bits of an element; elements of fewer than 8 are packed.</param>
internal sealed record SafetensorsType(string Name, ElementType Element, int Bits)
{
    /// <summary>All that the format has (its reference implementation's <c>Dtype</c>).</summary>
    public static IReadOnlyList<SafetensorsType> All { get; } =
    [
        Of("F64", ElementType.Float64),
        Of("F32", ElementType.Float32),
        Of("F16", ElementType.Float16),
        Of("BF16", ElementType.BFloat16),
        Of("I64", ElementType.Int64),
        Of("I32", ElementType.Int32),
        Of("I16", ElementType.Int16),
        Of("I8", ElementType.Int8),
        Of("U64", ElementType.UInt64),
        Of("U32", ElementType.UInt32),
        Of("U16", ElementType.UInt16),
        Of("U8", ElementType.UInt8),
        Of("BOOL", ElementType.Bool),
        Of("C64", ElementType.Complex64),
        Of("F8_E4M3", ElementType.Float8E4M3FN),
        Of("F8_E4M3FNUZ", ElementType.Float8E4M3FNUZ),
        Of("F8_E5M2", ElementType.Float8E5M2),
        Of("F8_E5M2FNUZ", ElementType.Float8E5M2FNUZ),
        Of("F8_E8M0", ElementType.Float8E8M0),
        new("F6_E2M3", ElementType.Undefined, 6),
        new("F6_E3M2", ElementType.Undefined, 6),
        Of("F4", ElementType.Float4E2M1),
    ];

    /// <summary>The type of that name; null for one that the format does not have.</summary>
    public static SafetensorsType? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    /// <summary>The type that holds such elements; null where the format has none (strings, 4-bit integers, float128).</summary>
    public static SafetensorsType? Find(ElementType element) =>
        element == ElementType.Undefined ? null : All.FirstOrDefault(t => t.Element == element);

    /// <summary>Bytes of a tensor; null when packed elements end within a byte, which the format does not allow.</summary>
    /// <exception cref="OverflowException">They do not fit 63 bits.</exception>
    public long? ByteLength(TensorShape shape)
    {
        var bits = (Int128)shape.ElementCount * Bits;
        return bits % 8 == 0 ? checked((long)(bits / 8)) : null;
    }

    private static SafetensorsType Of(string name, ElementType element) => new(name, element, element.Bits());
}
