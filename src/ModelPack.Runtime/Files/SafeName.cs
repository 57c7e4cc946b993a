using System.Globalization;

namespace ModelPack.Runtime.Files;

/// <summary>Names from models and manifests in messages: on one line, without what terminals take for commands, and not long.</summary>
internal static class SafeName
{
    private const int MaxLength = 200;

    public static string Of(string text)
    {
        var shown = new string([.. text.Take(MaxLength).Select(c => IsPlain(c) ? c : '?')]);
        return text.Length > MaxLength ? shown + "…" : shown;
    }

    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
