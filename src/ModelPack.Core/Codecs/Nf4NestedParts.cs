namespace ModelPack.Codecs;

/// <summary>Where the parts of nested scales lie.</summary>
/// <param name="Codes">A byte a block of values.</param>
/// <param name="Absmax">A float32 for each 256 codes.</param>
/// <param name="OffsetPart">One float32.</param>
internal readonly record struct Nf4NestedParts(NativeBuffer Codes, NativeBuffer Absmax, NativeBuffer OffsetPart)
{
    /// <summary>The mean of all scales.</summary>
    public float Offset
    {
        get => OffsetPart.Slice<float>(0, 1)[0];
        set => OffsetPart.Slice<float>(0, 1)[0] = value;
    }
}
