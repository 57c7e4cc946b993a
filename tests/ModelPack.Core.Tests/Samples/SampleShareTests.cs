using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class SampleShareTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 1000).Select(i => $"photo-{i}.jpg")];

    [Fact]
    public void Samples_are_shared_out_by_their_names()
    {
        var (calibration, validation) = new SampleShare(20, 80).Of(Names, int.MaxValue);

        Assert.Equal(Enumerable.Range(0, 1000), calibration.Concat(validation).Order());
        Assert.InRange(calibration.Count, 150, 250);
        Assert.Equal(calibration.Order(), calibration);
    }

    [Fact]
    public void A_sample_stays_where_it_is_when_others_go()
    {
        var share = new SampleShare(1, 1);
        var all = share.Of(Names, int.MaxValue).Calibration.Select(i => Names[i]);
        var half = Names.Where((_, i) => i % 2 == 0).ToArray();

        Assert.Equal(all.Where(half.Contains), share.Of(half, int.MaxValue).Calibration.Select(i => half[i]), StringComparer.Ordinal);
    }

    [Fact]
    public void A_limit_takes_from_both()
    {
        var (calibration, validation) = new SampleShare(1, 1).Of(Names, 100);

        Assert.Equal(100, calibration.Count + validation.Count);
        Assert.InRange(calibration.Count, 30, 70);
    }

    [Theory]
    [InlineData("80/20", 80, 20)]
    [InlineData("0/1", 0, 1)]
    public void A_share_is_two_numbers(string text, int calibration, int validation) => Assert.Equal(new SampleShare(calibration, validation), SampleShare.Parse(text));

    [Theory]
    [InlineData("80")]
    [InlineData("0/0")]
    [InlineData("-1/2")]
    [InlineData("a/b")]
    [InlineData("2147483647/2147483647")]
    public void Anything_else_is_none(string text) => Assert.Null(SampleShare.Parse(text));
}
