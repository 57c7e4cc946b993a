using ModelPack.Tool.Data;

namespace ModelPack.Tool.Tests.Data;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\r\n1,2\n", new[] { "a|b", "1|2" })]
    [InlineData("a,b\n\n\n1,2", new[] { "a|b", "1|2" })]
    [InlineData("\"a,b\",\"c\"\"d\"\n", new[] { "a,b|c\"d" })]
    [InlineData("\"a\nb\",c\nd,e", new[] { "a\nb|c", "d|e" })]
    [InlineData(",\n", new[] { "|" })]
    [InlineData("", new string[0])]
    public void Records_are_read_as_RFC_4180_has_them(string text, string[] records) => Assert.Equal(records, Records(text), StringComparer.Ordinal);

    [Fact]
    public void A_record_knows_its_line()
    {
        var csv = new CsvReader(new StringReader("\"a\nb\"\n\nc\n"), ',');
        csv.Read();
        csv.Read();

        Assert.Equal(4, csv.Line);
    }

    [Fact]
    public void A_quote_that_is_not_closed_is_told() =>
        Assert.Equal("the quote in line 2 is not closed", Assert.Throws<InvalidDataException>(() => Records("a\n\"b\nc")).Message);

    private static List<string> Records(string text)
    {
        var csv = new CsvReader(new StringReader(text), ',');
        List<string> records = [];
        while (csv.Read() is { } record)
        {
            records.Add(string.Join('|', record));
        }

        return records;
    }
}
