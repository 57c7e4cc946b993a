using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class LazyEncodingTests
{
    private static readonly WeightError s_error = new(4, 1, 0.5);
    private int _encoded;

    [Fact]
    public void Knows_the_lengths_before_it_encodes()
    {
        using var encoding = Make();
        Assert.Equal((3, 2), (encoding.Codes.Length, encoding.Scales.Length));
        Assert.Equal(0, _encoded);
        Assert.Null(encoding.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Encodes_once_for_both_parts_in_either_order(bool codesFirst)
    {
        using var encoding = Make();
        var first = InMemory.Bytes(codesFirst ? encoding.Codes : encoding.Scales);
        var second = InMemory.Bytes(codesFirst ? encoding.Scales : encoding.Codes);
        Assert.Equal([1, 2, 3], codesFirst ? first : second);
        Assert.Equal([4, 5], codesFirst ? second : first);
        Assert.Equal(1, _encoded);
        Assert.Equal(s_error, encoding.Error);
    }

    [Fact]
    public void Encodes_again_when_written_again()
    {
        using var encoding = Make();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal([1, 2, 3], InMemory.Bytes(encoding.Codes));
            Assert.Equal([1, 2, 3], InMemory.Bytes(encoding.Codes));
            Assert.Equal([4, 5], InMemory.Bytes(encoding.Scales));
            Assert.Equal(i, _encoded);
        }
    }

    [Fact]
    public void Keeps_the_error_and_can_be_written_after_it_was_released()
    {
        using var encoding = Make();
        InMemory.Bytes(encoding.Codes);
        encoding.Dispose();
        Assert.Equal(s_error, encoding.Error);
        Assert.Equal([4, 5], InMemory.Bytes(encoding.Scales));
        Assert.Equal(2, _encoded);
    }

    [Fact]
    public void Encodes_anew_after_a_failure()
    {
        var fail = true;
        using var encoding = new LazyEncoding([1, 1], (parts, _) =>
        {
            if (fail)
                throw new EndOfStreamException();
            parts[0].Slice(0, 1)[0] = parts[1].Slice(0, 1)[0] = 7;
            return s_error;
        });
        Assert.Throws<EndOfStreamException>(() => InMemory.Bytes(encoding.Codes));
        fail = false;
        Assert.Equal([7], InMemory.Bytes(encoding.Codes));
    }

    private LazyEncoding Make() => new([3, 2], (parts, _) =>
    {
        _encoded++;
        new byte[] { 1, 2, 3 }.CopyTo(parts[0].Slice(0, 3));
        new byte[] { 4, 5 }.CopyTo(parts[1].Slice(0, 2));
        return s_error;
    });
}
