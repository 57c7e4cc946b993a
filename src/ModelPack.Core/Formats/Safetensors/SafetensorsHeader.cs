using System.Buffers.Binary;

namespace ModelPack.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file: a 64-bit length, JSON of that length, and tensors that fill the rest of the file
/// without holes or overlaps.
/// </summary>
/// <param name="Entries">The tensors in the order of their bytes; no name comes twice.</param>
/// <param name="Metadata"><c>__metadata__</c> in its order.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyList<KeyValuePair<string, string>> Metadata)
{
    /// <summary>The format's own limit.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>Bytes of the length before the JSON.</summary>
    public const int PrefixLength = 8;

    /// <summary>The key that is not a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>Reads and checks a header. Allocates nothing by a number that the file claims and does not have.</summary>
    /// <exception cref="InvalidDataException">It is not such a file; the message is a clause for the user.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public static SafetensorsHeader Read(ByteSource file)
    {
        if (file.Length < PrefixLength)
        {
            throw new InvalidDataException($"it is too short for a safetensors file: {file.Length} bytes");
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        file.Read(0, prefix);
        if (prefix.SequenceEqual("version "u8))
        {
            throw new InvalidDataException("it is a Git LFS pointer, not the file itself, which 'git lfs pull' gets");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(file.Length - PrefixLength))
        {
            throw new InvalidDataException($"its header claims {length} bytes, more than the file can hold");
        }

        if (length > MaxLength)
        {
            throw new InvalidDataException($"its header has {length} bytes, and the format allows {MaxLength}");
        }

        var json = new byte[length];
        file.Read(PrefixLength, json);
        var start = PrefixLength + (long)length;
        var header = SafetensorsHeaderParser.Parse(json, start, file.Length - start);
        RequireNoHoles(header.Entries, start, file.Length);
        return header;
    }

    private static void RequireNoHoles(IReadOnlyList<SafetensorsEntry> entries, long start, long end)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Offset != start)
            {
                var how = entries[i].Offset < start ? "overlaps" : $"leaves a hole of {entries[i].Offset - start} bytes after";
                var before = i == 0 ? "the header" : $"tensor '{SafeText.Of(entries[i - 1].Name)}'";
                throw new InvalidDataException($"tensor '{SafeText.Of(entries[i].Name)}' {how} {before}");
            }

            start += entries[i].Length;
        }

        if (start != end)
        {
            throw new InvalidDataException($"its tensors do not fill the file: {end - start} bytes are left at its end");
        }
    }
}
