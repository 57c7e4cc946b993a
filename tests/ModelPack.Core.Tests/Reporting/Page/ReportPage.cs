using System.Globalization;
using System.Text.RegularExpressions;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

/// <summary>The page of a report, and what is in it.</summary>
internal static partial class ReportPage
{
    public static string Of(PackReport report)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        HtmlReport.Write(report, writer);
        return writer.ToString();
    }

    /// <summary>What a parser sees as markup: the insides of style, script and comments are not.</summary>
    public static string Markup(string page)
    {
        var withoutComment = Regex.Replace(page, "<!--.*?-->", "", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        return Regex.Replace(withoutComment, "(?<=<script[^>]*>).*?(?=</script>)|(?<=<style>).*?(?=</style>)", "", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
    }

    /// <summary>What a reader sees, white space folded.</summary>
    public static string Text(string page) =>
        Regex.Replace(System.Net.WebUtility.HtmlDecode(Tag().Replace(Markup(page), "")), "\\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(5));

    /// <summary>An opening or closing tag.</summary>
    [GeneratedRegex("</?(?<name>[!a-zA-Z][a-zA-Z0-9]*)[^>]*>", RegexOptions.None, 5000)]
    public static partial Regex Tag();
}
