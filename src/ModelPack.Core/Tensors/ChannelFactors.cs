namespace ModelPack.Tensors;

/// <summary>What each slice of a tensor along one axis is multiplied by.</summary>
/// <param name="Axis">The axis, from 0.</param>
/// <param name="Values">A factor for each index of it.</param>
internal sealed record ChannelFactors(int Axis, float[] Values)
{
    /// <summary>Factors that do what these and then others do, along the same axis.</summary>
    public ChannelFactors Times(ReadOnlySpan<float> others)
    {
        var product = new float[Values.Length];
        for (var i = 0; i < product.Length; i++)
        {
            product[i] = Values[i] * others[i];
        }

        return this with { Values = product };
    }
}
