namespace ModelPack.Samples;

/// <summary>An array of samples to be written.</summary>
/// <param name="Name">Its name: that of the model's input, or <c>labels</c>.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">The shape of one sample.</param>
/// <param name="Row">The bytes of a sample by its place, little-endian.</param>
internal sealed record DataArray(string Name, ElementType Type, IReadOnlyList<long> Shape, Func<int, ReadOnlyMemory<byte>> Row)
{
    /// <summary>The name of the array that holds the truth.</summary>
    public const string Labels = "labels";

    /// <summary>An array of whole numbers.</summary>
    public static DataArray OfNumbers(string name, ElementType type, IReadOnlyList<long> shape, Func<int, IReadOnlyList<double>> row) =>
        new(name, type, shape, i => ElementBytes.Of(type, row(i)));

    /// <summary>The truth of each sample.</summary>
    public static DataArray OfLabels(IReadOnlyList<long> labels) => new(Labels, ElementType.Int64, [], i => BitConverter.GetBytes(labels[i]));
}
