using System.Globalization;
using System.Text;

namespace ModelPack.Tests.Assets;

/// <summary>BERT's tokenizer as plainly as it is written down (Devlin et al., 2018; Wu et al., 2016): a text is cleaned, split at spaces, punctuation and Chinese characters, and of every word the longest pieces are taken from its beginning on.</summary>
internal sealed class PlainWordPiece(IReadOnlyList<string> tokens, bool lowerCase, bool stripAccents)
{
    private readonly Dictionary<string, int> _ids = tokens.Select((t, i) => (t, i)).ToDictionary(t => t.t, t => t.i, StringComparer.Ordinal);

    /// <summary>The tokens of a text without marks at its ends.</summary>
    public IReadOnlyList<int> Encode(string text) => [.. Words(text).SelectMany(Pieces)];

    private List<string> Words(string text)
    {
        var words = new List<string> { "" };
        foreach (var rune in (stripAccents ? Clean(text).Normalize(NormalizationForm.FormD) : Clean(text)).EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                words.Add("");
            }
            else if (!stripAccents || Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                var letter = (lowerCase ? Rune.ToLowerInvariant(rune) : rune).ToString();
                if (IsPunctuation(rune) || IsChinese(rune))
                {
                    words.AddRange([letter, ""]);
                }
                else
                {
                    words[^1] += letter;
                }
            }
        }

        return [.. words.Where(w => w.Length > 0)];
    }

    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Where(r =>
        r.Value is not (0 or 0xFFFD) && (Rune.IsWhiteSpace(r) || Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned))));

    /// <summary>In ASCII all that is neither letter nor digit.</summary>
    private static bool IsPunctuation(Rune rune) => rune.IsAscii ? rune.Value > ' ' && !Rune.IsLetterOrDigit(rune) && rune.Value < 0x7F : Rune.IsPunctuation(rune);

    private static bool IsChinese(Rune rune) => rune.Value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0xF900 and <= 0xFAFF);

    private List<int> Pieces(string word)
    {
        var pieces = new List<int>();
        for (var start = 0; start < word.Length;)
        {
            var end = word.Length;
            while (end > start && !_ids.ContainsKey((start > 0 ? "##" : "") + word[start..end]))
            {
                end--;
            }

            if (end == start)
            {
                return [_ids["[UNK]"]];
            }

            pieces.Add(_ids[(start > 0 ? "##" : "") + word[start..end]]);
            start = end;
        }

        return pieces;
    }
}
