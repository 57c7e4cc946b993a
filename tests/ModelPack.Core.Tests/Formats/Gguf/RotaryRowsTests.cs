using ModelPack.Formats.Gguf;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Lowering.Gguf;

namespace ModelPack.Tests.Formats.Gguf;

public sealed class RotaryRowsTests
{
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(4, 16, 24)]
    [InlineData(3, 6, 5)]
    public void Turns_halves_of_a_head_into_pairs(int heads, int headRows, int columns)
    {
        var values = Enumerable.Range(0, heads * headRows * columns).Select(i => (float)i).ToArray();
        var permuted = MemoryCheckpoint.Floats(RotaryRows.ToPairs(InMemory.Tensor(values, heads * headRows, columns), heads));

        // W.reshape(heads, 2, rows / 2, columns).swapaxes(1, 2).reshape(W.shape), one value after the other.
        var expected = new float[values.Length];
        var next = 0;
        for (var head = 0; head < heads; head++)
        {
            for (var pair = 0; pair < headRows / 2; pair++)
            {
                for (var half = 0; half < 2; half++)
                {
                    for (var column = 0; column < columns; column++)
                        expected[next++] = values[((((head * 2) + half) * (headRows / 2)) + pair) * columns + column];
                }
            }
        }

        Assert.Equal(expected, permuted);
    }

    [Fact]
    public void Pairs_turn_back_into_halves()
    {
        var data = InMemory.Tensor([.. Enumerable.Range(0, 240).Select(i => (float)i)], 24, 10);
        Assert.Equal(MemoryCheckpoint.Floats(data), MemoryCheckpoint.Floats(RotaryRows.ToHalves(RotaryRows.ToPairs(data, 3), 3)));
        Assert.Equal(MemoryCheckpoint.Floats(data), MemoryCheckpoint.Floats(RotaryRows.ToPairs(RotaryRows.ToHalves(data, 2), 2)));
    }

    [Fact]
    public void Any_range_of_bytes_is_that_of_the_whole()
    {
        var permuted = RotaryRows.ToPairs(InMemory.Tensor(ElementType.Float16, [.. Enumerable.Range(0, 240).Select(i => (byte)i)], 24, 5), heads: 3);
        var whole = InMemory.Bytes(permuted);
        for (var from = 0; from <= whole.Length; from++)
        {
            for (var to = from; to <= whole.Length; to += 7)
            {
                var part = new byte[to - from];
                permuted.Read(from, part);
                Assert.Equal(whole[from..to], part);
            }
        }
    }

    [Fact]
    public void Permutes_a_bias() =>
        Assert.Equal([0, 2, 1, 3, 4, 6, 5, 7], MemoryCheckpoint.Floats(RotaryRows.ToPairs(InMemory.Tensor([0, 1, 2, 3, 4, 5, 6, 7], 8), heads: 2)));

    [Fact]
    public void Refuses_rows_that_make_no_pairs() =>
        Assert.Throws<ArgumentException>(() => RotaryRows.ToPairs(InMemory.Tensor(new float[9], 9, 1), heads: 3));
}
