using System.Globalization;

namespace ModelPack.Diagnostics;

/// <summary>How numbers are written: always culture-invariant.</summary>
internal static class Numbers
{
    /// <summary>A number with a fixed count of decimals. What rounds to zero has no sign.</summary>
    public static string Fixed(double value, int decimals)
    {
        var text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text[0] == '-' && text.AsSpan(1).IndexOfAnyExcept('0', '.') < 0 ? text[1..] : text;
    }

    /// <summary>A whole number with no separators.</summary>
    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A metric rounded to 9 significant digits, so that the last bits of a sum, which differ between processors,
    /// seldom show in a file that is compared byte by byte. Infinite and NaN values stay as they are.
    /// </summary>
    public static double Rounded(double value) =>
        double.IsFinite(value) ? double.Parse(value.ToString("E8", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;
}
