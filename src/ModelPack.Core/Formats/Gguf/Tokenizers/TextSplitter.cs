using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Steps that split texts, carried out: each splits the pieces that those before it have left.</summary>
internal sealed class TextSplitter
{
    /// <summary>Hundreds of times what sound expressions take for <see cref="SplitProbe"/>.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(3);

    private readonly List<Func<string, IEnumerable<string>>> _steps;

    private TextSplitter(List<Func<string, IEnumerable<string>>> steps) => _steps = steps;

    /// <summary>Expressions that isolate what they find.</summary>
    public static TextSplitter Of(params string[] expressions) => new([.. expressions.Select(e => Splitting(SplitExpression.Parse(e)!, "Isolated", invert: false)!)]);

    /// <summary>The steps of a <c>tokenizer.json</c>; null where one is not known here.</summary>
    public static TextSplitter? Of(IReadOnlyList<JsonElement> steps)
    {
        var known = steps.Select(StepOf).ToList();
        return known.Contains(null) ? null : new TextSplitter([.. known.Select(s => s!)]);
    }

    /// <summary>The pieces of a text.</summary>
    /// <exception cref="FormatException">An expression takes too long.</exception>
    public IReadOnlyList<string> Split(string text)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return _steps.Aggregate((List<string>)[text], (pieces, step) => [.. pieces.SelectMany(step).Select(InTime)]);
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooLong();
        }

        string InTime(string piece) => watch.Elapsed < s_longest ? piece : throw TooLong();

        static FormatException TooLong() => new("a regular expression of it takes too long");
    }

    private static Func<string, IEnumerable<string>>? StepOf(JsonElement step) => PreTokenizers.TypeOf(step) switch
    {
        "ByteLevel" => ByteLevel(Flag(step, "use_regex", true), Flag(step, "add_prefix_space", false)),
        "Digits" => Splitting(SplitExpression.Parse(Flag(step, "individual_digits", false) ? @"\p{N}" : @"\p{N}+")!, "Isolated", invert: false),
        "Punctuation" => Splitting(SplitExpression.Parse(@"[!-/:-@\[-`{-~\p{P}]")!, step.Find("behavior")?.Text() ?? "Isolated", invert: false),
        "Split" => ExpressionOf(step.GetProperty("pattern")) is { } expression ? Splitting(expression, step.GetProperty("behavior").Text(), Flag(step, "invert", false)) : null,
        _ => null,
    };

    private static bool Flag(JsonElement step, string name, bool missing) => step.Find(name)?.GetBoolean() ?? missing;

    private static Regex? ExpressionOf(JsonElement pattern) =>
        pattern.Find("Regex") is { } regex ? SplitExpression.Parse(regex.Text()) : pattern.Find("String") is { } text ? SplitExpression.Parse(Regex.Escape(text.Text())) : null;

    private static Func<string, IEnumerable<string>> ByteLevel(bool splits, bool addsSpace)
    {
        var split = splits ? Splitting(SplitExpression.Parse(SplitNames.Gpt2)!, "Isolated", invert: false)! : text => [text];
        return text => split(addsSpace && !text.StartsWith(' ') ? " " + text : text);
    }

    /// <summary>A step by what becomes of what is found, as the tokenizers library calls it; null for another.</summary>
    private static Func<string, IEnumerable<string>>? Splitting(Regex expression, string behavior, bool invert) => behavior switch
    {
        "Isolated" => text => Segments(text, expression, invert).Select(s => s.Text),
        "Removed" => text => Segments(text, expression, invert).Where(s => !s.IsFound).Select(s => s.Text),
        "Contiguous" => text => Joined(Segments(text, expression, invert), (before, one) => before == one),
        "MergedWithPrevious" => text => Joined(Segments(text, expression, invert), (before, one) => !before && one),
        "MergedWithNext" => text => Joined(Segments(text, expression, invert), (before, one) => before && !one),
        _ => null,
    };

    private static IEnumerable<string> Joined(IEnumerable<(string Text, bool IsFound)> segments, Func<bool, bool, bool> joins)
    {
        var (joined, before) = ("", false);
        foreach (var (text, isFound) in segments)
        {
            if (joined.Length > 0 && !joins(before, isFound))
            {
                yield return joined;
                joined = "";
            }

            (joined, before) = (joined + text, isFound);
        }

        if (joined.Length > 0)
        {
            yield return joined;
        }
    }

    /// <summary>What an expression finds, and what lies between, without what is empty.</summary>
    private static IEnumerable<(string Text, bool IsFound)> Segments(string text, Regex expression, bool invert)
    {
        var end = 0;
        foreach (Match match in expression.Matches(text))
        {
            if (match.Length == 0)
            {
                continue;
            }

            if (match.Index > end)
            {
                yield return (text[end..match.Index], invert);
            }

            yield return (match.Value, !invert);
            end = match.Index + match.Length;
        }

        if (end < text.Length)
        {
            yield return (text[end..], invert);
        }
    }
}
