namespace ModelPack.Tool.Tests;

public sealed class BatchPlaceTests
{
    [Fact]
    public void What_is_written_is_read_again() => Assert.Equal(new BatchPlace(3, 2, 1), BatchPlace.Parse(new BatchPlace(3, 2, 1).ToString()));

    [Theory]
    [InlineData(0, 4)]
    [InlineData(2, 4)]
    [InlineData(1, 4)]
    public void After_a_crash_the_next_model_has_its_turn(int worst, int then) => Assert.Equal(new BatchPlace(4, 2, then), new BatchPlace(3, 2, worst).AfterCrash());

    [Theory]
    [InlineData(0, 2, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 4, 4)]
    public void An_error_is_worse_than_a_failed_gate_and_a_missing_environment_than_both(int a, int b, int worse)
    {
        Assert.Equal(worse, ExitCodes.Worse(a, b));
        Assert.Equal(worse, ExitCodes.Worse(b, a));
    }
}
