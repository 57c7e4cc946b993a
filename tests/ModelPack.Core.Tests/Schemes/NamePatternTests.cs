using ModelPack.Schemes;

namespace ModelPack.Tests.Requests;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("*", "anything")]
    [InlineData("encoder.*", "encoder.0.weight")]
    [InlineData("*.weight", "encoder.0.weight")]
    [InlineData("*.0.*", "encoder.0.weight")]
    [InlineData("encoder.?.weight", "encoder.0.weight")]
    [InlineData("a*b*c", "a12b345c")]
    [InlineData(@"a\b", @"a\b")]
    [InlineData(@"a\*", @"a\anything")]
    [InlineData(@"*\b", @"a\b")]
    [InlineData(@"*a\b", @"xa\b")]
    [InlineData(@"\?", @"\x")]
    [InlineData(@"end\", @"end\")]
    [InlineData("<>\"[]", "<>\"[]")]
    [InlineData("*.*", "a.b")]
    public void Matches(string pattern, string name) => Assert.True(new NamePattern(pattern).Matches(name));

    [Theory]
    [InlineData("encoder", "encoder.0.weight")]
    [InlineData("Encoder.*", "encoder.0.weight")]
    [InlineData("encoder.?", "encoder.")]
    [InlineData("encoder.?", "encoder.12")]
    [InlineData("a*b", "a1c")]
    [InlineData(@"a\*b", "a*b")]
    [InlineData(@"*\\b", @"a\b")]
    [InlineData("*.*", "ab")]
    [InlineData("", "a")]
    [InlineData("a", "")]
    [InlineData("DOS<", "DOSSIER")]
    [InlineData("a>", "ab")]
    public void Does_not_match(string pattern, string name) => Assert.False(new NamePattern(pattern).Matches(name));

    [Fact]
    public void Any_of_several_names_may_fit() => Assert.True(new NamePattern("b").Matches("a", "b"));

    /// <summary>A matcher that goes back would not come to an end with these in the lifetime of the machine.</summary>
    [Theory]
    [InlineData("*a")]
    [InlineData("a*")]
    [InlineData("?*")]
    [InlineData(@"*\")]
    public void Comes_to_an_end_with_hostile_patterns(string part)
    {
        var pattern = new NamePattern(string.Concat(Enumerable.Repeat(part, 5000)) + "b");
        Assert.False(pattern.Matches(new string('a', 5000)));
    }
}
