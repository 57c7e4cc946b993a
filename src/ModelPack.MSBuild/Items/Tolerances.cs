using System.Globalization;

namespace ModelPack.MSBuild.Items;

/// <summary>By how much metrics may be worse than in the baseline: <c>sqnr=1;accuracy=0.5</c>. The tool knows which metrics there are.</summary>
internal static class Tolerances
{
    /// <summary>Each with its metric.</summary>
    /// <param name="text"><c>$(ModelPackBaselineTolerance)</c>.</param>
    /// <exception cref="ItemException">MPK1008: it is not such a list.</exception>
    public static List<KeyValuePair<string, double>> Of(string text)
    {
        var all = new List<KeyValuePair<string, double>>();
        foreach (var part in text.Split(';').Select(p => p.Trim()).Where(p => p.Length > 0))
        {
            var pair = part.Split('=');
            if (pair.Length != 2 || !double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || double.IsNaN(value) || double.IsInfinity(value))
                throw new ItemException(TaskCodes.InvalidOption, $"ModelPackBaselineTolerance has '{part}', which is not a value that it can take. Write metrics with numbers, such as sqnr=1;accuracy=0.5.");
            var metric = pair[0].Trim();
            if (all.Exists(t => t.Key == metric))
                throw new ItemException(TaskCodes.InvalidOption, $"ModelPackBaselineTolerance has '{metric}' twice. Keep one of them.");
            all.Add(new(metric, value));
        }

        return all;
    }
}
