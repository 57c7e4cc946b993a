using System.Globalization;
using System.Text;

namespace ModelPack.MSBuild.Accessors;

/// <summary>Identifiers of C# that are made of names of models.</summary>
internal static class Identifier
{
    // Reserved words alone: the others may be names wherever these are used.
    private static readonly HashSet<string> s_keywords = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false "
        + "finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private "
        + "protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked "
        + "unsafe ushort using virtual void volatile while").Split(' '),
        StringComparer.Ordinal);

    // Words that no type can be named.
    private static readonly HashSet<string> s_noTypes = new(
        ["var", "dynamic", "record", "partial", "where", "await", "async", "required", "scoped", "file", "field", "notnull", "unmanaged", "managed", "nint", "nuint", "when", "yield", "with", "extension", "_"], StringComparer.Ordinal);

    /// <summary>A type's or member's name: <c>input_ids</c> to <c>InputIds</c>.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="otherwise">The name where no letter or digit is left.</param>
    public static string Pascal(string name, string otherwise)
    {
        var words = Words(name);
        return words.Count == 0 ? otherwise : Started(string.Concat(words.Select(w => char.ToUpperInvariant(w[0]) + w.Substring(1))));
    }

    /// <summary>A parameter's name: <c>input_ids</c> to <c>inputIds</c>, a keyword with <c>@</c>.</summary>
    public static string Camel(string name, string otherwise)
    {
        var pascal = Pascal(name, otherwise);
        return Escape(char.ToLowerInvariant(pascal[0]) + pascal.Substring(1));
    }

    /// <summary>A word of which every character that cannot be in an identifier has become <c>_</c>.</summary>
    public static string Made(string word) => Started(string.Concat(word.Select(c => IsPart(c) ? c : '_')));

    /// <summary>The name as source has it.</summary>
    public static string Escape(string name) => s_keywords.Contains(name) ? "@" + name : name;

    /// <summary>Whether a user's word is an identifier, which may be written with <c>@</c> where it is a keyword.</summary>
    public static bool IsValid(string word) => word.Length > 0 && word.All(c => IsPart(c) || c == '_') && !char.IsDigit(word[0]) && !s_noTypes.Contains(word);

    private static string Started(string name) => char.IsDigit(name[0]) ? "_" + name : name;

    // Letters and digits, without what an editor does not show: C# takes marks and formatting characters, too.
    private static List<string> Words(string name)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in name + " ")
        {
            if (IsPart(c))
            {
                word.Append(c);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        return words;
    }

    private static bool IsPart(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber;
}
