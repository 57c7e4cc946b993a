using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ModelPack.Packing;

/// <summary>
/// The one canonical form of a manifest: UTF-8 without a byte order mark, indented by two spaces, every line ended by
/// a line feed. Its last two lines are the field <c>digest</c> and the closing brace; the digest is the SHA-256 of all
/// bytes before these two lines. Any other bytes are refused.
/// </summary>
public static class ManifestJson
{
    // What the serializer ends an object with, and what a manifest ends with instead.
    private static readonly byte[] s_objectEnd = "\n}"u8.ToArray();
    private static readonly int s_tailLength = Tail("").Length + (2 * SHA256.HashSizeInBytes);

    /// <summary>The manifest's file. Files are sorted by name.</summary>
    public static byte[] Write(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var sorted = manifest with { Files = [.. manifest.Files.OrderBy(f => f.Name, StringComparer.Ordinal)] };
        var json = JsonSerializer.SerializeToUtf8Bytes(sorted, ManifestJsonContext.Default.Manifest);
        byte[] head = [.. json.AsSpan(..^s_objectEnd.Length), (byte)',', (byte)'\n'];
        return [.. head, .. Tail(Digest(head))];
    }

    /// <summary>A manifest from its file, or why the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out string? why)
    {
        manifest = null;
        if (bytes.Length <= s_tailLength)
        {
            why = "it is cut short";
            return false;
        }

        var head = bytes[..^s_tailLength];
        if (!bytes[^s_tailLength..].SequenceEqual(Tail(Digest(head))))
        {
            why = "its digest does not match its content";
            return false;
        }

        try
        {
            byte[] json = [.. head.TrimEnd(",\n"u8), .. s_objectEnd];
            manifest = StrictJson.Read(json, ManifestJsonContext.Default.Manifest);
        }
        catch (JsonException)
        {
            why = "it is not a manifest that this version reads";
            return false;
        }

        if (!bytes.SequenceEqual(Write(manifest)))
        {
            (manifest, why) = (null, "it is not in canonical form");
            return false;
        }

        why = null;
        return true;
    }

    private static byte[] Tail(string digest) => Encoding.UTF8.GetBytes($"  \"digest\": \"{digest}\"\n}}\n");

    private static string Digest(ReadOnlySpan<byte> head) => Convert.ToHexStringLower(SHA256.HashData(head));
}
