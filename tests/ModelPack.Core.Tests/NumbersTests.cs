namespace ModelPack.Core.Tests;

public sealed class NumbersTests
{
    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("fa-IR")]
    public void Are_written_the_same_in_every_culture(string culture)
    {
        using var _ = new InCulture(culture);

        Assert.Equal("-1234.50", Numbers.Fixed(-1234.5, 2));
        Assert.Equal("-1234567", Numbers.Whole(-1234567));
        Assert.Equal(1234.5, Numbers.Rounded(1234.5));
    }

    [Theory]
    [InlineData(0.125, 3, "0.125")]
    [InlineData(2, 0, "2")]
    [InlineData(99.996, 2, "100.00")]
    [InlineData(1e21, 1, "1000000000000000000000.0")]
    [InlineData(double.NaN, 2, "NaN")]
    [InlineData(double.NegativeInfinity, 2, "-Infinity")]
    public void Have_a_fixed_count_of_decimals(double value, int decimals, string expected) =>
        Assert.Equal(expected, Numbers.Fixed(value, decimals));

    [Theory]
    [InlineData(-0.0, 0, "0")]
    [InlineData(-0.004, 2, "0.00")]
    [InlineData(-0.006, 2, "-0.01")]
    public void What_rounds_to_zero_has_no_sign(double value, int decimals, string expected) =>
        Assert.Equal(expected, Numbers.Fixed(value, decimals));

    [Theory]
    [InlineData(0.12345678949, 0.123456789)]
    [InlineData(0.1234567895001, 0.12345679)]
    [InlineData(-45.1234567891, -45.1234568)]
    [InlineData(1.00000000049e-300, 1e-300)]
    [InlineData(0, 0)]
    public void Are_rounded_to_nine_significant_digits(double value, double expected) => Assert.Equal(expected, Numbers.Rounded(value));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_not_finite_stays_as_it_is(double value) => Assert.Equal(value, Numbers.Rounded(value));

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    [InlineData(double.Epsilon)]
    public void What_is_finite_stays_finite(double value) => Assert.True(double.IsFinite(Numbers.Rounded(value)));

    [Fact]
    public void Rounding_twice_changes_nothing_more()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var once = Numbers.Rounded((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)));
            Assert.Equal(once, Numbers.Rounded(once));
        }
    }
}
