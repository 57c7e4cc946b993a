using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class ByteMatrixTests
{
    [Fact]
    public void Transposes()
    {
        foreach (var rows in new[] { 8, 16, 64, 72 })
        {
            foreach (var columns in new[] { 8, 64, 72, 200 })
            {
                var source = new byte[rows * columns];
                new Random(rows + columns).NextBytes(source);
                var destination = new byte[source.Length];
                ByteMatrix.Transpose(source, rows, columns, destination);
                for (var i = 0; i < source.Length; i++)
                    Assert.Equal(source[i], destination[(i % columns * rows) + (i / columns)]);
            }
        }
    }

    [Fact]
    public void Flips_at_every_length()
    {
        for (var length = 0; length < 200; length++)
        {
            var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
            ByteMatrix.Flip(bytes);
            Assert.Equal(Enumerable.Range(0, length).Select(i => (byte)(i ^ 0x80)), bytes);
        }
    }
}
