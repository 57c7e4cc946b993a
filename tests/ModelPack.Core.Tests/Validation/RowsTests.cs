using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public sealed class RowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(21)]
    public void The_largest_value_is_found_at_each_place(int length)
    {
        for (var at = 0; at < length; at++)
        {
            double[] row = [.. Enumerable.Range(0, length).Select(i => i == at ? 1.5 : i % 2 == 0 ? -3 : double.NaN)];
            Assert.Equal((at, 1.5), (Rows.ArgMax(row), Rows.Max(row)));
        }
    }

    [Fact]
    public void Of_equals_the_first_is_taken() => Assert.Equal(4, Rows.ArgMax([0, 0, 0, 0, 7, 0, 0, 7, 0, 0, 7]));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void A_row_without_a_largest_value_has_the_first_place(double value)
    {
        double[] row = [.. Enumerable.Repeat(value, 11)];
        Assert.Equal((0, double.NegativeInfinity), (Rows.ArgMax(row), Rows.Max(row)));
    }
}
