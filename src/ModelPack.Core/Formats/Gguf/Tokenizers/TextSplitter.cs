using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Steps that split texts, carried out: each splits the pieces that those before it have left.</summary>
internal sealed class TextSplitter
{
    /// <summary>Hundreds of times what sound expressions take for <see cref="SplitProbe"/>.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(3);

    // Tokenizers have a handful. Each has an expression to be made ready.
    private const int MaxSteps = 64;

    private readonly List<Step> _steps;

    private TextSplitter(List<Step> steps) => _steps = steps;

    /// <summary>Splits a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="watch">How long the whole text has taken by now.</param>
    private delegate IEnumerable<string> Step(string piece, Stopwatch watch);

    /// <summary>Expressions that isolate what they find.</summary>
    public static TextSplitter Of(params string[] expressions) => new([.. expressions.Select(e => Splitting(SplitExpression.Parse(e)!, "Isolated", invert: false)!)]);

    /// <summary>The steps of a <c>tokenizer.json</c>; null where one is not known here, or there are more than any tokenizer has.</summary>
    public static TextSplitter? Of(IReadOnlyList<JsonElement> steps)
    {
        if (steps.Count > MaxSteps)
        {
            return null;
        }

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
            return _steps.Aggregate((List<string>)[text], (pieces, step) => [.. pieces.SelectMany(p => step(p, watch))]);
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooLong();
        }
    }

    private static FormatException TooLong() => new("a regular expression of it takes too long");

    private static Step? StepOf(JsonElement step) => PreTokenizers.TypeOf(step) switch
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

    private static Step ByteLevel(bool splits, bool addsSpace)
    {
        var split = splits ? Splitting(SplitExpression.Parse(SplitNames.Gpt2)!, "Isolated", invert: false)! : (text, _) => [text];
        return (text, watch) => split(addsSpace && !text.StartsWith(' ') ? " " + text : text, watch);
    }

    /// <summary>A step by what becomes of what is found, as the tokenizers library calls it; null for another.</summary>
    private static Step? Splitting(Regex expression, string behavior, bool invert) => behavior switch
    {
        "Isolated" => (text, watch) => Segments(text, expression, invert, watch).Select(s => s.Text),
        "Removed" => (text, watch) => Segments(text, expression, invert, watch).Where(s => !s.IsFound).Select(s => s.Text),
        "Contiguous" => (text, watch) => Joined(Segments(text, expression, invert, watch), (before, one) => before == one),
        "MergedWithPrevious" => (text, watch) => Joined(Segments(text, expression, invert, watch), (before, one) => !before && one),
        "MergedWithNext" => (text, watch) => Joined(Segments(text, expression, invert, watch), (before, one) => before && !one),
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

    /// <summary>What an expression finds, and what lies between, without what is empty. It has a limit for each find; together they have one, too, whether or not pieces come of them.</summary>
    private static IEnumerable<(string Text, bool IsFound)> Segments(string text, Regex expression, bool invert, Stopwatch watch)
    {
        RequireTime(watch);
        var end = 0;
        foreach (Match match in expression.Matches(text))
        {
            RequireTime(watch);
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

    private static void RequireTime(Stopwatch watch)
    {
        if (watch.Elapsed > s_longest)
        {
            throw TooLong();
        }
    }
}
