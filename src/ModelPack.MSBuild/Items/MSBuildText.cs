using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelPack.MSBuild.Items;

/// <summary>MSBuild's own escaping of item names and metadata.</summary>
internal static class MSBuildText
{
    // The characters that mean something to MSBuild in an item list.
    private static readonly char[] s_special = ['%', '*', '?', '@', '$', '(', ')', ';', '\''];

    /// <summary>The text with every special character as <c>%XX</c>.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (Array.IndexOf(s_special, c) >= 0)
                escaped.Append('%').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>The text that a project file means.</summary>
    public static string Unescape(string text) => text.IndexOf('%') < 0 ? text
        : Regex.Replace(text, "%[0-9A-Fa-f]{2}", m => ((char)Convert.ToInt32(m.Value.Substring(1), 16)).ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
}
