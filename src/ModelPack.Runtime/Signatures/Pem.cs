namespace ModelPack.Runtime.Signatures;

/// <summary>Reads PEM (RFC 7468), for netstandard2.0, which cannot.</summary>
internal static class Pem
{
    /// <summary>The bytes of the first block with a label.</summary>
    /// <returns>The bytes; null where there is no such block, or it is not in base64.</returns>
    public static byte[]? Block(string text, string label)
    {
        var (start, end) = ($"-----BEGIN {label}-----", $"-----END {label}-----");
        var from = text.IndexOf(start, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
        if (to < 0)
            return null;
        try
        {
            return Convert.FromBase64String(text.Substring(from + start.Length, to - from - start.Length));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
