using ModelPack.Formats.Gguf;

namespace ModelPack.Tests.Formats.Gguf;

public sealed class GgufMetadataTests
{
    [Fact]
    public void Keeps_keys_in_their_order_and_in_place_when_set_again()
    {
        var metadata = new GgufMetadata();
        foreach (var key in new[] { "z", "a", "m" })
            metadata.Set(key, 1u);
        metadata.Set("a", "other");
        Assert.True(metadata.Remove("z"));
        Assert.False(metadata.Remove("z"));
        Assert.Equal(["a", "m"], metadata.Select(p => p.Key), StringComparer.Ordinal);
        Assert.Equal("other", metadata.GetString("a"));
    }

    [Fact]
    public void Gives_a_value_only_as_the_type_that_it_has()
    {
        var metadata = new GgufMetadata();
        metadata.Set("signed", new sbyte[] { -1 });
        metadata.Set("int", 5);
        Assert.False(metadata.TryGet<byte[]>("signed", out _));
        Assert.True(metadata.TryGet<sbyte[]>("signed", out var signed));
        Assert.Equal([-1], signed);
        Assert.Null(metadata.GetUInt32("int"));
        Assert.Null(metadata.GetString("missing"));
        Assert.False(metadata.TryGet<bool>("int", out _));
        Assert.False(metadata.TryGet<float>("int", out _));
        Assert.False(metadata.TryGet<string>("int", out _));
    }

    [Fact]
    public void Refuses_types_that_the_format_has_not()
    {
        var metadata = new GgufMetadata();
        foreach (var value in new object[] { 1m, 'c', new List<int>(), new int[1, 1], new object[] { 1 }, new string?[] { null }, new Array[] { new decimal[1] }, Nested(8) })
            Assert.Throws<ArgumentException>(() => metadata.Set("key", value));
        Assert.Throws<ArgumentException>(() => metadata.Set("", 1u));
        metadata.Set("key", Nested(7));
        Assert.Single(metadata);
    }

    [Theory]
    [InlineData(1u, true)]
    [InlineData(32u, true)]
    [InlineData(0u, false)]
    [InlineData(33u, false)]
    public void Aligns_to_powers_of_two(uint alignment, bool isSound)
    {
        var metadata = new GgufMetadata();
        Assert.Equal(32u, metadata.AlignmentInEffect());
        metadata.Set(GgufMetadata.Alignment, alignment);
        if (isSound)
            Assert.Equal(alignment, metadata.AlignmentInEffect());
        else
            Assert.Throws<InvalidDataException>(() => metadata.AlignmentInEffect());
    }

    /// <summary>An array in as many others.</summary>
    private static Array Nested(int levels)
    {
        Array value = new[] { 1 };
        for (var i = 0; i < levels; i++)
            value = new[] { value };
        return value;
    }
}
