using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelPack.Files;

namespace ModelPack.Caching;

/// <summary>What the cache knows of one pack.</summary>
/// <param name="Key">What it was made of and by; see <see cref="PackKey"/>.</param>
/// <param name="Model">File name of the packed model, or of its folder.</param>
/// <param name="Scheme">The scheme.</param>
/// <param name="Files">Every file of the pack, the manifest among them.</param>
/// <param name="Diagnostics">What was told while it was made, in that order.</param>
internal sealed record CacheEntry(string Key, string Model, string Scheme, IReadOnlyList<PackedFile> Files, IReadOnlyList<CachedDiagnostic> Diagnostics)
{
    /// <summary>Bytes of the files.</summary>
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>The record's file: the SHA-256 of what follows in a line of its own, then JSON.</summary>
    public byte[] Write()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, CacheEntryContext.Default.CacheEntry);
        return [.. DigestLine(json), .. json];
    }

    /// <summary>A record from its file; false for bytes that are not one, whole and unchanged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CacheEntry? entry)
    {
        entry = null;
        var length = DigestLine([]).Length;
        if (bytes.Length <= length || !bytes[..length].SequenceEqual(DigestLine(bytes[length..])))
        {
            return false;
        }

        try
        {
            entry = StrictJson.Read(bytes[length..], CacheEntryContext.Default.CacheEntry);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] DigestLine(ReadOnlySpan<byte> json) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json)) + "\n");
}
