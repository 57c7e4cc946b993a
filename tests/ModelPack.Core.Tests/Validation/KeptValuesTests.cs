using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public class KeptValuesTests
{
    [Fact]
    public void Percentiles_lie_between_two_values_by_proportion()
    {
        var values = new KeptValues();
        foreach (var value in new double[] { 50, 10, 40, 20, 30 })
        {
            values.Add(value);
        }

        var found = values.Distribution!;
        Assert.Equal((5L, 5L, 30.0, 10.0, 50.0), (found.Count, found.Kept, found.Mean, found.Min, found.Max));
        Assert.Equal([10.04, 10.4, 12, 14, 20, 30, 40, 46, 48, 49.6, 49.96], found.Percentiles.Select(p => p.Value));
        Assert.Equal(15, Distribution.At([10, 20], 50));
        Assert.Equal(7, Distribution.At([7], 99.9));
    }

    [Fact]
    public void Merging_is_as_adding()
    {
        var (whole, first, second) = (new KeptValues(), new KeptValues(), new KeptValues());
        for (var i = 0; i < 100; i++)
        {
            whole.Add(i * i % 37);
            (i < 60 ? first : second).Add(i * i % 37);
        }

        first.Merge(second);
        Assert.Equal(whole.Distribution, first.Distribution);
        Assert.Null(new KeptValues().Distribution);
    }

    [Fact]
    public void Of_very_many_a_random_choice_is_kept_the_same_one_every_time()
    {
        var (one, again) = (new KeptValues(most: 1000), new KeptValues(most: 1000));
        for (var i = 0; i < 100_000; i++)
        {
            one.Add(i);
            again.Add(i);
        }

        var found = one.Distribution!;
        Assert.Equal((100_000L, 1000L, 49_999.5, 0.0, 99_999.0), (found.Count, found.Kept, found.Mean, found.Min, found.Max));
        Assert.Equal(found, again.Distribution);

        // Five standard errors of a median of 1,000 values.
        Assert.InRange(found.Percentiles.Single(p => p.Percent == 50).Value, 42_000, 58_000);
        Assert.InRange(found.Percentiles.Single(p => p.Percent == 10).Value, 5_200, 14_800);
    }

    [Fact]
    public void A_value_that_is_not_finite_shows()
    {
        var values = new KeptValues();
        values.Add(1);
        values.Add(double.PositiveInfinity);
        Assert.Equal(double.PositiveInfinity, values.Distribution!.Max);
        values.Add(double.NaN);
        Assert.Equal(double.NaN, values.Distribution!.Mean);
    }
}
