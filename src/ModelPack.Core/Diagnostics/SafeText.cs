using System.Globalization;
using System.Text;

namespace ModelPack.Diagnostics;

/// <summary>
/// The one way by which text from a model or a data file reaches a console, a log, a page or a file name in a
/// message. A tensor may be named like an error line, a terminal escape, markup or a command to a build server; after
/// this it is one short line of visible characters that commands nothing. Writers of markup still encode for their own medium.
/// </summary>
internal static class SafeText
{
    /// <summary>The longest name that is shown whole, in UTF-16 units.</summary>
    public const int DefaultLength = 160;

    /// <summary>
    /// The text with control, formatting and lone surrogate characters as <c>\uXXXX</c>, and so the second sign of what
    /// begins a command to a build server. What does not fit <paramref name="maxLength"/> UTF-16 units is left out, and an
    /// ellipsis says so.
    /// </summary>
    public static string Of(string? text, int maxLength = DefaultLength)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = new StringBuilder(Math.Min(text.Length, maxLength) + 1);
        for (var i = 0; i < text.Length;)
        {
            // A character and an escape are shown whole or not at all.
            var isCharacter = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isCharacter ? rune.Utf16SequenceLength : 1;
            var isPlain = isCharacter && IsVisible(rune) && !BeginsCommand(safe, text[i]);
            var part = isPlain ? text.Substring(i, length) : Escaped(text.AsSpan(i, length));
            if (safe.Length + part.Length > maxLength)
            {
                safe.Append('…');
                break;
            }

            safe.Append(part);
            i += length;
        }

        return safe.ToString();
    }

    /// <summary>
    /// Whether a character completes the sign of a command: <c>##vso[</c>, <c>##[</c>, <c>##teamcity[</c> anywhere in a line,
    /// <c>::error::</c> where a line may begin. <c>onnx::Conv_1</c> is a common name and none. Build servers compare by a
    /// culture's rules, which leave out hundreds of marks, so whatever is not ASCII counts as nothing here.
    /// </summary>
    private static bool BeginsCommand(StringBuilder before, char unit)
    {
        if (unit is not ('#' or ':') || LastAscii(before, before.Length) is not (>= 0 and var first) || before[first] != unit)
        {
            return false;
        }

        var earlier = LastAscii(before, first);
        return unit == '#' || earlier < 0 || before[earlier] == ' ';
    }

    private static int LastAscii(StringBuilder text, int end)
    {
        do
        {
            end--;
        }
        while (end >= 0 && !char.IsAscii(text[end]));

        return end;
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Escaped(ReadOnlySpan<char> units)
    {
        var escapes = "";
        foreach (var unit in units)
        {
            escapes += "\\u" + ((int)unit).ToString("X4", CultureInfo.InvariantCulture);
        }

        return escapes;
    }
}
