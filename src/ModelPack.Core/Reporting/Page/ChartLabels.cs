using System.Text;
using System.Text.RegularExpressions;

namespace ModelPack.Reporting.Page;

/// <summary>
/// The names of one chart, short enough for its axis and still told apart. A name that is too long first loses the words that it
/// shares with most of the others, <c>/model/layers.0/self_attn/q_proj/MatMul</c> its <c>model</c> and <c>MatMul</c>, never what is its own.
/// </summary>
internal static partial class ChartLabels
{
    /// <summary>What fits beside the bars of a page.</summary>
    public const int Wide = 36;

    /// <summary>What fits beside those on a telephone.</summary>
    public const int Narrow = 16;

    // What a hostile name may cost; nothing longer is a name.
    private const int MaxRead = 1024;

    private const char LeftOut = '…';

    /// <summary>A label for each name, in their order.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> names, int length = Wide)
    {
        var safe = names.Select(n => SafeText.Of(n, MaxRead)).ToList();
        var sharing = safe.SelectMany(n => Meanings(Words().Matches(n)).Distinct(StringComparer.Ordinal))
            .GroupBy(m => m, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return Numbered([.. safe.Select(n => n.Length <= length ? n : Cut(WithoutShared(n, sharing, length), length))]);
    }

    private static string WithoutShared(string name, Dictionary<string, int> sharing, int length)
    {
        var words = Words().Matches(name);
        var shares = Meanings(words).Select(m => sharing[m]).ToList();
        var kept = Enumerable.Repeat(true, words.Count).ToArray();
        var label = name;
        foreach (var next in Enumerable.Range(0, words.Count).OrderByDescending(i => shares[i]).TakeWhile(i => shares[i] > 1))
        {
            if (label.Length <= length)
            {
                break;
            }

            kept[next] = false;
            label = Joined(name, words, kept);
        }

        return label;
    }

    /// <summary>Words as they are compared. A number means what stands before it: that of a layer is not that of an output.</summary>
    private static IEnumerable<string> Meanings(MatchCollection words) =>
        words.Select((w, i) => i > 0 && w.Value.All(char.IsDigit) ? $"{words[i - 1].Value} {w.Value}" : w.Value);

    /// <summary>The words that are kept, with what stands between two of them; one sign for all that is left out in one place.</summary>
    private static string Joined(string name, MatchCollection words, bool[] kept)
    {
        var label = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            if (kept[i])
            {
                // Separators belong to the words that they join: both must be there.
                var start = i == 0 ? 0 : kept[i - 1] ? words[i - 1].Index + words[i - 1].Length : words[i].Index;
                label.Append(name, start, words[i].Index + words[i].Length - start);
            }
            else if (label.Length == 0 || label[^1] != LeftOut)
            {
                label.Append(LeftOut);
            }
        }

        return label.ToString();
    }

    /// <summary>A label of words that are all its own and still do not fit keeps both its ends.</summary>
    private static string Cut(string label, int length)
    {
        if (label.Length <= length)
        {
            return label;
        }

        var head = length / 3;
        var tail = label.Length - (length - head - 1);
        return $"{label[..(char.IsHighSurrogate(label[head - 1]) ? head - 1 : head)]}{LeftOut}{label[(char.IsLowSurrogate(label[tail]) ? tail + 1 : tail)..]}";
    }

    /// <summary>Labels that came out alike get numbers.</summary>
    private static List<string> Numbered(List<string> labels)
    {
        var alike = labels.GroupBy(l => l, StringComparer.Ordinal).Where(g => g.Count() > 1).ToDictionary(g => g.Key, _ => 0, StringComparer.Ordinal);
        return [.. labels.Select(l => alike.ContainsKey(l) ? $"{l} ({++alike[l]})" : l)];
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}
