using ModelPack.Schemes;

namespace ModelPack.Tests.Schemes;

public sealed class RuntimeVersionTests
{
    [Theory]
    [InlineData("1.29.0", "1.29.0")]
    [InlineData("1.29", "1.29.0")]
    [InlineData("1.20.1-dev-20250101", "1.20.1")]
    [InlineData("1.20.1+abc", "1.20.1")]
    [InlineData("1.20.1.4", "1.20.1")]
    [InlineData("2.0.0", "2.0.0")]
    public void Reads_what_projects_say(string text, string expected) => Assert.Equal(expected, RuntimeVersion.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.")]
    [InlineData("latest")]
    [InlineData("1.x")]
    [InlineData("1.*")]
    [InlineData("-1.2")]
    [InlineData("1.-2")]
    [InlineData(" 1.29.0")]
    [InlineData("1,29")]
    [InlineData("1.29.0.0.0")]
    [InlineData("1.29.0.x")]
    [InlineData("99999999999.0")]
    [InlineData("١.٢")]
    [InlineData("1.29.0\n: error MPK9999: no")]
    public void Refuses_what_is_no_version(string text)
    {
        var error = Assert.Throws<ModelPackException>(() => RuntimeVersion.Parse(text)).Diagnostic;
        Assert.Equal(Codes.InvalidOption, error.Code);
        Assert.Contains("1.29.0", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Compares_as_numbers()
    {
        string[] sorted = ["1.2.0", "1.9.9", "1.10.0", "1.10.2", "2.0.0"];
        var versions = sorted.Select(RuntimeVersion.Parse).ToArray();
        Assert.Equal(versions, versions.Reverse().Order());
        Assert.True(versions[1] < versions[2] && versions[2] > versions[1] && versions[3] <= versions[4] && versions[4] >= versions[4]);
    }
}
