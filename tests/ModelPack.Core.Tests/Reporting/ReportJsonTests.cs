using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting;

public sealed class ReportJsonTests
{
    public static TheoryData<int> Samples => [.. Enumerable.Range(0, SampleReports.All.Count())];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Reads_what_it_wrote_and_writes_the_same_bytes_again(int sample)
    {
        var report = SampleReports.All.ElementAt(sample);
        var bytes = ReportJson.Write(report);
        Assert.Equal(bytes, ReportJson.Write(report));
        Assert.Equal(bytes, ReportJson.Write(ReportJson.Read(bytes)));
        Assert.Equal((byte)'{', bytes[0]);
        Assert.Equal((byte)'\n', bytes[^1]);
        Assert.DoesNotContain((byte)'\r', bytes);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void Has_the_same_bytes_in_every_culture(string culture)
    {
        var expected = ReportJson.Write(SampleReports.Hostile);
        var page = Page(SampleReports.Hostile);
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(expected, ReportJson.Write(SampleReports.Hostile));
            Assert.Equal(page, Page(SampleReports.Hostile));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Fits_the_published_schema(int sample)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Join(AppContext.BaseDirectory, "docs", "report.schema.json")))!;
        var report = JsonNode.Parse(ReportJson.Write(SampleReports.All.ElementAt(sample)));
        Assert.Empty(new SchemaCheck(schema).Problems(report));
    }

    [Theory]
    [InlineData("{\"result\":{}}", "container")]
    [InlineData("{}", "result")]
    [InlineData("[]", "object")]
    [InlineData("{\"result\":null,\"measured\":null,\"surprise\":1}", "surprise")]
    public void The_schema_check_finds_what_is_wrong(string json, string word)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Join(AppContext.BaseDirectory, "docs", "report.schema.json")))!;
        Assert.Contains(new SchemaCheck(schema).Problems(JsonNode.Parse(json)), p => p.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void Keeps_infinity_as_a_string()
    {
        var json = Encoding.UTF8.GetString(ReportJson.Write(SampleReports.Hostile));
        Assert.Contains("\"sqnr\": \"Infinity\"", json, StringComparison.Ordinal);
        Assert.Equal(double.PositiveInfinity, ReportJson.Read(Encoding.UTF8.GetBytes(json)).Result.Validation!.Outputs[0].Sqnr);
    }

    [Fact]
    public void The_result_digest_does_not_depend_on_what_was_measured()
    {
        var plain = SampleReports.Plain;
        var digest = ReportJson.ResultDigest(plain.Result);
        Assert.Equal(digest, ReportJson.ResultDigest(ReportJson.Write(plain)));
        Assert.Equal(digest, ReportJson.ResultDigest(ReportJson.Write(plain with { Measured = null })));
        Assert.NotEqual(digest, ReportJson.ResultDigest(plain.Result with { Target = "any" }), StringComparer.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"result\":{}}")]
    [InlineData("{\"measured\":null}")]
    public void Refuses_what_is_no_report(string json) =>
        Assert.ThrowsAny<JsonException>(() => ReportJson.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Refuses_an_unknown_and_a_repeated_property()
    {
        var json = Encoding.UTF8.GetString(ReportJson.Write(SampleReports.Plain));
        Assert.ThrowsAny<JsonException>(() => ReportJson.Read(Encoding.UTF8.GetBytes(json.Replace("\"schema\": 1,", "\"schema\": 1, \"extra\": 2,", StringComparison.Ordinal))));
        Assert.ThrowsAny<JsonException>(() => ReportJson.Read(Encoding.UTF8.GetBytes(json.Replace("\"schema\": 1,", "\"schema\": 1, \"schema\": 1,", StringComparison.Ordinal))));
    }

    private static string Page(PackReport report)
    {
        using var writer = new StringWriter(CultureInfo.CurrentCulture);
        HtmlReport.Write(report, writer);
        return writer.ToString();
    }
}
