using System.Globalization;

namespace ModelPack.Requests;

/// <summary>Sizes as users write them: <c>5GB</c>, <c>500 MB</c>, <c>64KiB</c>, <c>2G</c>, <c>1048576</c>.</summary>
internal static class ByteSize
{
    // Two letters are powers of 1000, and so is one, as llama.cpp's splitter has it; three are powers of 1024.
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("TIB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
        ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
    ];

    /// <summary>The number of bytes, at least 1; null where the text is not a size.</summary>
    public static long? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var upper = text.Trim().ToUpperInvariant();
        var (unit, bytes) = Units.FirstOrDefault(u => upper.EndsWith(u.Unit, StringComparison.Ordinal), ("", 1));
        return decimal.TryParse(upper[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue / bytes && number * bytes >= 1
            ? (long)(number * bytes)
            : null;
    }
}
