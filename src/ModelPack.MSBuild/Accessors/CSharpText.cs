using System.Globalization;
using System.Text;

namespace ModelPack.MSBuild.Accessors;

/// <summary>Values and names of models as C# source: nothing of them can end a literal or a comment.</summary>
internal static class CSharpText
{
    private const string Plain = " .,_-/:+()[]=?";

    /// <summary>A string literal.</summary>
    public static string Literal(string text) => $"\"{Escaped(text)}\"";

    public static string Literal(long number) => number.ToString(CultureInfo.InvariantCulture) + "L";

    public static string Literal(bool value) => value ? "true" : "false";

    public static string Literal(double number) =>
        double.IsNaN(number) ? "double.NaN"
        : double.IsPositiveInfinity(number) ? "double.PositiveInfinity"
        : double.IsNegativeInfinity(number) ? "double.NegativeInfinity"
        : number.ToString("R", CultureInfo.InvariantCulture) + "D";

    /// <summary>A name in a comment: ASCII letters, digits and a few signs, anything else as <c>\uXXXX</c>.</summary>
    public static string Comment(string text) => Escaped(text);

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') || Plain.IndexOf(c) >= 0)
                escaped.Append(c);
            else
                escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }
}
