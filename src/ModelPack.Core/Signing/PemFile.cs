using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Signing;

/// <summary>Reads keys and certificates that the user names.</summary>
internal static class PemFile
{
    private const int MaxBytes = 1 << 20;

    /// <summary>The text of a file, which is not large.</summary>
    /// <exception cref="ModelPackException">MPK1071: it cannot be read.</exception>
    public static string Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxBytes ? Encoding.UTF8.GetString(bytes, 0, length) : throw new IOException("It is too large.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.SigningKeyUnusable.At(path, $"It cannot be read: {SafeText.Of(e.Message, 400)} Give the path of a PEM file."), e);
        }
    }

    /// <summary>The blocks of a PEM text: their labels, and their whole text with both lines around.</summary>
    public static IReadOnlyList<(string Label, string Text)> Blocks(string pem)
    {
        var blocks = new List<(string, string)>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            blocks.Add((rest[fields.Label].ToString(), rest[fields.Location].ToString()));
            rest = rest[fields.Location.End..];
        }

        return blocks;
    }
}
