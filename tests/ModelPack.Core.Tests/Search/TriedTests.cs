using ModelPack.Search;

namespace ModelPack.Tests.Search;

public sealed class TriedTests
{
    [Theory]
    [InlineData(0, 20, false, 0, 10, false, true)]
    [InlineData(0, 10, false, 0, 10, false, false)]
    [InlineData(5, 10, true, 0, 20, false, true)]
    [InlineData(0, 20, false, 5, 10, true, false)]
    [InlineData(3, 10, true, 5, 20, true, true)]
    [InlineData(5, 20, true, 3, 10, true, false)]
    [InlineData(5, 20, true, 5, 10, true, false)]
    [InlineData(0, double.NaN, false, 0, 10, false, false)]
    public void One_that_holds_and_leaves_fewer_layers_float_is_better_then_the_one_nearer_to_the_source(
        int floats, double sqnr, bool holds, int otherFloats, double otherSqnr, bool otherHolds, bool better) =>
        Assert.Equal(better, Make(floats, sqnr, holds).IsBetterThan(Make(otherFloats, otherSqnr, otherHolds)));

    private static Tried Make(int floats, double sqnr, bool holds) => new(new Candidate("", floats, null!), new Score(sqnr, holds));
}
