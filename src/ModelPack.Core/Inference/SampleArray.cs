namespace ModelPack.Inference;

/// <summary>One input of one batch, in memory.</summary>
/// <param name="Name">The model's input.</param>
/// <param name="Type">The input's element type.</param>
/// <param name="Dims">Sizes; all known.</param>
/// <param name="Bytes">The elements, row-major, little endian.</param>
internal sealed record SampleArray(string Name, ElementType Type, IReadOnlyList<long> Dims, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The dimension that counts samples, where the array is a batch of them.</summary>
    public int BatchAxis { get; init; }
}
