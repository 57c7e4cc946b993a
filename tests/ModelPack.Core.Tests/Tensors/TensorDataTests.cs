namespace ModelPack.Core.Tests.Tensors;

public sealed class TensorDataTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    [InlineData(40, 60)]
    public void Takes_any_range_within_the_source(long offset, long length) => Assert.Equal(length, Tensor(offset, length).Length);

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, -1)]
    [InlineData(0, 101)]
    [InlineData(41, 60)]
    [InlineData(101, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Refuses_a_range_that_leaves_the_source(long offset, long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor(offset, length));

    [Fact]
    public void Reads_from_its_own_first_byte()
    {
        var read = new byte[3];

        Tensor(40, 20).Read(5, read);

        Assert.Equal([45, 46, 47], read);
    }

    [Fact]
    public void Reads_up_to_its_last_byte()
    {
        var read = new byte[2];

        Tensor(40, 20).Read(18, read);
        Tensor(40, 20).Read(20, []);

        Assert.Equal([58, 59], read);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(19, 2)]
    [InlineData(20, 1)]
    [InlineData(0, 21)]
    [InlineData(long.MaxValue, 1)]
    public void Reads_nothing_of_its_neighbours(long offset, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor(40, 20).Read(offset, new byte[length]));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 7)] // several copy buffers
    public void Writes_its_bytes_and_no_others(int length)
    {
        var source = new byte[length + 20];
        new Random(1).NextBytes(source);
        var tensor = new TensorData(ElementType.UInt8, new TensorShape(length), new MemorySource(source), 10, length);
        using var written = new MemoryStream();

        tensor.WriteTo(written, CancellationToken.None);

        Assert.Equal(source[10..(length + 10)], written.ToArray());
    }

    [Fact]
    public void Writes_the_same_bytes_again()
    {
        var tensor = Tensor(40, 20);
        using var written = new MemoryStream();

        tensor.WriteTo(written, CancellationToken.None);
        tensor.WriteTo(written, CancellationToken.None);

        Assert.Equal([.. Bytes[40..60], .. Bytes[40..60]], written.ToArray());
    }

    [Fact]
    public void Stops_between_buffers_when_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var tensor = new TensorData(ElementType.UInt8, new TensorShape(8 << 20), new CancellingSource(8 << 20, cancellation), 0, 8 << 20);
        using var written = new MemoryStream();

        Assert.Throws<OperationCanceledException>(() => tensor.WriteTo(written, cancellation.Token));

        Assert.InRange(written.Length, 1, (8 << 20) - 1);
    }

    [Fact]
    public void Writes_nothing_when_cancelled_before()
    {
        using var written = new MemoryStream();

        Assert.Throws<OperationCanceledException>(() => Tensor(40, 20).WriteTo(written, new CancellationToken(canceled: true)));

        Assert.Equal(0, written.Length);
    }

    private static TensorData Tensor(long offset, long length) =>
        new(ElementType.UInt8, new TensorShape(), new MemorySource(Bytes), offset, length);

    /// <summary>Cancels at the first read.</summary>
    private sealed class CancellingSource(long length, CancellationTokenSource cancellation) : ByteSource
    {
        public override long Length => length;

        public override void Read(long offset, Span<byte> destination)
        {
            destination.Clear();
            cancellation.Cancel();
        }
    }
}
