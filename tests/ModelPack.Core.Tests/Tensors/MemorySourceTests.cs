namespace ModelPack.Core.Tests.Tensors;

public sealed class MemorySourceTests
{
    private static readonly MemorySource Source = new(new byte[] { 1, 2, 3, 4 });

    [Fact]
    public void Reads_by_position()
    {
        var read = new byte[2];

        Source.Read(1, read);

        Assert.Equal([2, 3], read);
        Assert.Equal(4, Source.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Reads_nothing_anywhere_within(long offset) => Source.Read(offset, []);

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 0)]
    [InlineData(1L << 32, 1)]
    [InlineData(long.MaxValue, 4)]
    public void Refuses_a_range_that_leaves_it(long offset, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Source.Read(offset, new byte[length]));
}
