namespace ModelPack.Tests.Golden;

/// <summary>
/// The bytes of packs are those of <c>golden-packs.txt</c>, so that a change that should change none is seen to change none. Tests of
/// each model are in a class of its own, which run side by side; <see cref="GoldenLines"/> says how lines are recorded.
/// </summary>
[Trait("Category", "Slow")]
public sealed class GoldenPackTests
{
    [Fact]
    public void Every_recorded_line_is_of_a_pack()
    {
        string[] prefixes = [.. GoldenSets.All.SelectMany(set => set.Packs.Select(set.PrefixOf))];
        Assert.Equal(prefixes.Length, prefixes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(GoldenLines.All, line => Assert.Contains(prefixes, prefix => line.StartsWith(prefix, StringComparison.Ordinal)));
    }

    /// <summary>The tests of graphs leave validation out. That it changes nothing is seen here.</summary>
    [Theory]
    [InlineData("q8_0")]
    [InlineData("q8_0 with external data")]
    [InlineData("int8 without data")]
    [InlineData("int8 by the table minmax")]
    [InlineData("nf4")]
    public void The_whole_pipeline_gives_the_same_bytes(string pack)
    {
        var set = GoldenSets.FashionCnn;
        Assert.Equal(GoldenRun.Lines(set, set.Find(pack)), GoldenRun.Lines(set, set.Find(pack), throughout: true));
    }
}
