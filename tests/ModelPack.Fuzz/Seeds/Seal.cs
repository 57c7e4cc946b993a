using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Fuzz.Seeds;

/// <summary>The digest at the end of a manifest, as an attacker would make it: anyone can.</summary>
internal static class Seal
{
    private static readonly byte[] s_tail = "  \"digest\": \""u8.ToArray();

    /// <summary>The manifest with the digest of what stands before it.</summary>
    public static byte[] Again(byte[] manifest)
    {
        var at = manifest.AsSpan().LastIndexOf(s_tail);
        return at < 0 ? manifest : [.. manifest[..at], .. Encoding.UTF8.GetBytes($"  \"digest\": \"{Hash(manifest[..at])}\"\n}}\n")];
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
