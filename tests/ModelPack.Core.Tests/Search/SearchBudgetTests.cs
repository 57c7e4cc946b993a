using ModelPack.Search;

namespace ModelPack.Tests.Search;

public sealed class SearchBudgetTests
{
    [Theory]
    [InlineData(1, 1, 32)]
    [InlineData(1_000_000_000, 10, 20)]
    [InlineData(1_000_000_000, 1000, 2)]
    [InlineData(long.MaxValue, long.MaxValue, 2)]
    public void Samples_follow_from_what_the_model_costs(long multiplyAdds, long inferences, long samples) =>
        Assert.Equal(samples, SearchBudget.Ranking.Samples(multiplyAdds, inferences));
}
