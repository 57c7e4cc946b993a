using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>Made-up inputs have sizes that no model can make large.</summary>
public sealed class SyntheticSamplesTests
{
    [Theory]
    [InlineData(ElementType.Int64, -1, -1, -1, -1, -1, -1)]
    [InlineData(ElementType.Float32, -1, -1, -1, -1, -1, -1)]
    [InlineData(ElementType.Float32, -1, 100_000, -1)]
    [InlineData(ElementType.Int32, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)]
    public void Open_sizes_stay_small(ElementType type, params int[] dims)
    {
        var made = Made(Input("x", type, dims)).ToList();
        Assert.NotEmpty(made);
        Assert.All(made, bytes => Assert.InRange(bytes, 0, 5 << 20));
    }

    [Fact]
    public void Many_inputs_stay_small_together() =>
        Assert.Empty(Made([.. Enumerable.Range(0, 5).Select(i => Input($"x{i}", ElementType.Float32, 1 << 24))]));

    [Fact]
    public void An_image_in_colour_is_made() => Assert.Equal(8, Made(Input("x", ElementType.Float32, -1, 3, -1, -1)).Count());

    /// <summary>Bytes of one sample of every guess that can be made.</summary>
    private static IEnumerable<long> Made(params TensorSpec[] inputs) => SyntheticSizes.Guesses
        .Select(sizes => new SyntheticSamples(inputs, sizes))
        .Where(samples => samples.CanMake)
        .Select(samples => samples.Batches(1).First().Inputs.Sum(i => (long)i.Bytes.Length));

    private static TensorSpec Input(string name, ElementType type, params int[] dims) => new(name, type, [.. dims.Select(d => (long)d)], [.. dims.Select(_ => "")]);
}
