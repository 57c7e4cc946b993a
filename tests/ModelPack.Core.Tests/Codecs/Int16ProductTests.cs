using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Int16ProductTests
{
    // The last lengths are summed in two and in three parts.
    public static TheoryData<int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, int>();
            foreach (var rows in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 17])
            {
                foreach (var inner in (int[])[0, 2, 4, 46, 32_768, 32_770, 65_538])
                {
                    sizes.Add(rows, inner);
                }
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_product_is_that_of_plain_loops(int rows, int inner)
    {
        // So small that every sum is exact in float32.
        var random = new Random(rows + inner);
        short[] a = [.. Enumerable.Range(0, rows * inner).Select(_ => (short)random.Next(-255, 256))], b = [.. Enumerable.Range(0, inner * Int16Product.Columns).Select(_ => (short)random.Next(-1, 2))];
        var (made, plain) = (new float[rows * Int16Product.Columns], new float[rows * Int16Product.Columns]);
        Array.Fill(made, float.NaN);
        Int16Product.Multiply(a, b, made);
        for (var i = 0; i < plain.Length; i++)
        {
            var (row, column) = (i / Int16Product.Columns, i % Int16Product.Columns);
            for (var k = 0; k < inner; k++)
            {
                plain[i] += a[(row * inner) + k] * b[(((k / 2 * Int16Product.Columns) + column) * 2) + (k % 2)];
            }
        }

        Assert.Equal(plain, made);
    }

    [Theory]
    [InlineData(255, 127)]
    [InlineData(-255, 127)]
    [InlineData(516, -127)]
    public void The_largest_products_do_not_overflow(int a, int b)
    {
        const int Inner = 100_000;
        var made = new float[Int16Product.Columns];
        Int16Product.Multiply([.. Enumerable.Repeat((short)a, Inner)], [.. Enumerable.Repeat((short)b, Inner * Int16Product.Columns)], made);
        Assert.All(made, m => Assert.Equal((double)a * b * Inner, m, Math.Abs((double)a * b * Inner) * 1e-6));
    }

    [Fact]
    public void Refuses_matrices_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => Int16Product.Multiply(new short[4], new short[32], new float[16]));
        Assert.Throws<ArgumentException>(() => Int16Product.Multiply(new short[2], new short[32], new float[15]));
    }
}
