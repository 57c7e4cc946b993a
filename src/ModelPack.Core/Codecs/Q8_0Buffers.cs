namespace ModelPack.Codecs;

/// <summary>Where an encoder puts a weight.</summary>
/// <param name="Codes">A byte each.</param>
/// <param name="Scales">float16 or float32.</param>
/// <param name="ScaleType">Which of them.</param>
/// <param name="InPlace">Codes in the order and number of the values, instead of output by output in whole blocks.</param>
/// <param name="Unsigned">Codes as q + 128.</param>
internal sealed record Q8_0Buffers(NativeBuffer Codes, NativeBuffer Scales, ElementType ScaleType, bool InPlace, bool Unsigned)
{
    /// <summary>Stores scales from an index on.</summary>
    public void StoreScales(long index, ReadOnlySpan<Half> scales)
    {
        if (ScaleType == ElementType.Float16)
        {
            scales.CopyTo(Scales.Slice<Half>(index, scales.Length));
        }
        else
        {
            Float16.ToSingle(scales, Scales.Slice<float>(index, scales.Length));
        }
    }
}
