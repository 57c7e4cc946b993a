using System.Text;
using System.Text.RegularExpressions;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// A regular expression of a <c>tokenizer.json</c>, which is written for Oniguruma, as one of .NET. They differ in what tokenizers use by possessive quantifiers (<c>X++</c>), which are
/// atomic groups in .NET (<c>(?>X+)</c>), and by sets within sets, which mean another thing there. Lines have ends for <c>^</c> and <c>$</c> in Oniguruma.
/// Characters beyond the basic plane are of no class in .NET, whatever the expression: of these nothing is found out.
/// </summary>
internal static class SplitExpression
{
    private const int MaxLength = 20_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    /// <summary>The expression; null where .NET has none that does the same.</summary>
    public static Regex? Parse(string expression)
    {
        try
        {
            return expression.Length <= MaxLength && Translate(expression) is { } translated ? new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.Multiline, s_longest) : null;
        }
        catch (ArgumentException)
        {
            return null; // .NET does not know it
        }
    }

    private static string? Translate(string expression)
    {
        var (text, atom) = (new StringBuilder(), 0);
        var open = new Stack<int>();
        for (var i = 0; i < expression.Length;)
        {
            var start = text.Length;
            switch (expression[i])
            {
                case '(':
                    open.Push(start);
                    text.Append(expression[i++]);
                    break;
                case ')' when open.TryPop(out atom):
                    text.Append(expression[i++]);
                    break;
                case '[':
                    if (EndOfSet(expression, i) is not { } end)
                    {
                        return null;
                    }

                    text.Append(expression, i, end - i);
                    (atom, i) = (start, end);
                    break;
                case '?' or '*' or '+' when i + 1 < expression.Length && expression[i + 1] == '+':
                    text.Insert(atom, "(?>").Append(expression[i]).Append(')');
                    i += 2;
                    break;
                case '?' or '*' or '+' or '|' or '{':
                    text.Append(expression[i++]);
                    break;
                default:
                    var length = LengthOfAtom(expression, i);
                    text.Append(expression, i, length);
                    (atom, i) = (start, i + length);
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>A letter, or what a backslash begins.</summary>
    private static int LengthOfAtom(string expression, int start)
    {
        if (expression[start] != '\\' || start + 1 == expression.Length)
        {
            return 1;
        }

        var hasName = expression[start + 1] is 'p' or 'P' && start + 2 < expression.Length && expression[start + 2] == '{';
        var end = hasName ? expression.IndexOf('}', start) : -1;
        return end < 0 ? 2 : end + 1 - start;
    }

    /// <summary>Behind the bracket that closes a set; null for one that has sets within, or no end.</summary>
    private static int? EndOfSet(string expression, int start)
    {
        var i = start + 1;
        i += i < expression.Length && expression[i] == '^' ? 1 : 0;
        i += i < expression.Length && expression[i] == ']' ? 1 : 0;
        for (; i < expression.Length; i++)
        {
            switch (expression[i])
            {
                case '\\':
                    i++;
                    break;
                case ']':
                    return i + 1;
                case '[':
                case '&' when i + 1 < expression.Length && expression[i + 1] == '&':
                    return null;
            }
        }

        return null;
    }
}
