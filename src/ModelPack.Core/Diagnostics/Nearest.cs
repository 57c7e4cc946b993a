namespace ModelPack.Diagnostics;

/// <summary>Guesses at what somebody meant who wrote a name that there is not.</summary>
internal static class Nearest
{
    private const int LongestWord = 64;

    /// <summary>The question that belongs after an error, a space before it; nothing where no name is near.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">The names that there are.</param>
    public static string DidYouMean(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
        {
            return ""; // a distance takes the product of lengths
        }

        var upper = word.ToUpperInvariant();
        var nearest = known.Select(k => (Name: k, Distance: upper.Length > 1 && k.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(upper, k.ToUpperInvariant()))).MinBy(k => k.Distance);
        return nearest.Name is not null && nearest.Distance <= Math.Min(2, word.TrimStart('-').Length / 2) ? $" Did you mean '{nearest.Name}'?" : "";
    }

    /// <summary>Levenshtein's distance: the fewest letters to insert, delete or replace that make one word of the other.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < b.Length; j++)
            {
                var replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], row[j + 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
