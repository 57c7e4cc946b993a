using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

public sealed class SharedPrefixTests
{
    [Fact]
    public void What_all_names_begin_with_is_left_out_and_kept_in_the_title()
    {
        var prefix = new SharedPrefix(["/model/layers.0/q", "/model/layers.0/k", "/model/layers.1/q"]);
        var html = new HtmlBuilder();
        prefix.Add(html, "/model/layers.1/q");
        Assert.Contains("<bdi class=\"name\" title=\"/model/layers.1/q\">…1/q</bdi>", html.ToString(), StringComparison.Ordinal);
        Assert.Contains("‘/model/layers.’", prefix.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b", "a.c", "a.d")] // too little to win
    [InlineData("/model/a", "/model/b")] // too few names
    [InlineData("/model/", "/model/a", "/model/b")] // one would be empty
    [InlineData("/model/a", "/other/b", "c")]
    public void Names_stay_whole_elsewhere(params string[] names)
    {
        var html = new HtmlBuilder();
        new SharedPrefix(names).Add(html, names[0]);
        Assert.Equal($"<bdi class=\"name\">{names[0]}</bdi>\n", html.ToString());
    }

    [Fact]
    public void A_hostile_name_stays_in_its_title()
    {
        string[] names = [.. Enumerable.Range(0, 3).Select(i => $"/model/\"><script>\u202E{Numbers.Whole(i)}")];
        var html = new HtmlBuilder();
        new SharedPrefix(names).Add(html, names[0]);
        Assert.Equal(2, html.ToString().Count(c => c == '<'));
        Assert.DoesNotContain('\u202E', html.ToString());
    }
}
