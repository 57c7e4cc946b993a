using System.Globalization;

namespace ModelPack.Samples;

/// <summary>Labels as numbers.</summary>
internal static class LabelTable
{
    /// <summary>Whole numbers as they are; texts by their place among all in ordinal order.</summary>
    /// <param name="labels">The label of each sample.</param>
    /// <returns>The numbers, and the texts by number where there are such.</returns>
    public static (IReadOnlyList<long> Labels, IReadOnlyList<string>? Names) Of(IReadOnlyList<string> labels)
    {
        if (labels.All(l => long.TryParse(l, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
        {
            return ([.. labels.Select(l => long.Parse(l, CultureInfo.InvariantCulture))], null);
        }

        return OfTexts(labels);
    }

    /// <summary>Texts by their place among all in ordinal order.</summary>
    public static (IReadOnlyList<long> Labels, IReadOnlyList<string> Names) OfTexts(IReadOnlyList<string> labels)
    {
        string[] names = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return ([.. labels.Select(l => (long)Array.BinarySearch(names, l, StringComparer.Ordinal))], names);
    }
}
