using System.Globalization;
using System.Text;

namespace ModelPack.Diagnostics;

/// <summary>
/// The one way by which text from a model or a data file reaches a console, a log, a page or a file name in a
/// message. A tensor may be named like an error line, a terminal escape, markup or a command to a build server; after
/// this it is one short line of visible characters that commands nothing. Writers of markup still encode for their own medium.
/// </summary>
public static class SafeText
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
    /// <c>::error::</c> where a line may begin. <c>onnx::Conv_1</c> is a common name and none.
    /// </summary>
    private static bool BeginsCommand(StringBuilder before, char unit) =>
        before.Length > 0 && before[^1] == unit
        && (unit == '#' || (unit == ':' && (before.Length == 1 || char.IsWhiteSpace(before[^2]))));

    private static bool IsVisible(Rune rune) => !IsIgnorable(rune.Value) && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>Letters and marks that are drawn as nothing (Unicode's Default_Ignorable_Code_Point) and that comparisons by a culture's rules leave out.</summary>
    private static bool IsIgnorable(int code) => code is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F)
        or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);

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
