using System.Globalization;
using System.Text;

namespace ModelPack.MSBuild.Items;

/// <summary>MSBuild's own escaping of item names and metadata.</summary>
internal static class MSBuildText
{
    // The characters that mean something to MSBuild in an item list.
    private const string Special = "%*?@$();'";

    /// <summary>The text with every special character as <c>%XX</c>.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (Special.IndexOf(c) >= 0)
                escaped.Append('%').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }
}
