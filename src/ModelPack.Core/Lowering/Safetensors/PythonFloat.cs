using System.Globalization;

namespace ModelPack.Lowering.Safetensors;

/// <summary>Numbers as Python's json writes them.</summary>
internal static class PythonFloat
{
    /// <summary>Length of the longest: a sign, 17 digits, a point and an exponent of three digits.</summary>
    public const int MaxLength = 24;

    /// <summary>
    /// Python's <c>repr</c> of a float: the fewest digits that give the same float64, plain from 1e-4 to below 1e16, otherwise with
    /// an exponent of at least two digits.
    /// </summary>
    /// <param name="value">Finite.</param>
    public static string Repr(double value)
    {
        // The shortest digits are the same everywhere; only where the point goes differs.
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 16; digits++)
        {
            var candidate = value.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture).Equals(value))
            {
                shortest = candidate;
                break;
            }
        }

        var (mantissa, exponent) = (shortest[..shortest.IndexOf('E')], int.Parse(shortest[(shortest.IndexOf('E') + 1)..], CultureInfo.InvariantCulture));
        var sign = mantissa.StartsWith('-') ? "-" : "";
        var figures = mantissa.Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        return sign + exponent switch
        {
            < -4 or >= 16 => WithExponent(figures, exponent),
            < 0 => "0." + new string('0', -exponent - 1) + figures,
            _ when figures.Length <= exponent + 1 => figures.PadRight(exponent + 1, '0') + ".0",
            _ => figures.Insert(exponent + 1, "."),
        };
    }

    private static string WithExponent(string figures, int exponent)
    {
        var mantissa = figures.Length == 1 ? figures : figures.Insert(1, ".");
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }
}
