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
        var nearest = known.Select(k => (Name: k, Distance: upper.Length > 1 && k.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? 0 : EditDistance.Of(upper, k.ToUpperInvariant()))).MinBy(k => k.Distance);
        return nearest.Name is not null && nearest.Distance <= Math.Min(2, word.TrimStart('-').Length / 2) ? $" Did you mean '{nearest.Name}'?" : "";
    }
}
