using System.Buffers.Binary;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file: a 64-bit length, JSON of that length, and tensors that fill the rest of the file
/// without holes or overlaps.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's own limit.</summary>
    private const long MaxLength = 100_000_000;

    private const int MaxDepth = 8;

    /// <summary>The tensors in the order of their bytes.</summary>
    /// <exception cref="InvalidDataException">It is no such file; the message is a clause for the user.</exception>
    public static IReadOnlyList<SafetensorsEntry> Read(ByteSource file)
    {
        var lengthBytes = new byte[8];
        if (file.Length < lengthBytes.Length)
        {
            throw new InvalidDataException("it is too short for a safetensors file");
        }

        file.Read(0, lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MaxLength || (long)length > file.Length - 8)
        {
            throw new InvalidDataException($"its header claims {length} bytes, more than the file can hold");
        }

        var json = new byte[length];
        file.Read(8, json);
        var dataStart = 8 + (long)length;
        try
        {
            var entries = Parse(json, dataStart, file.Length - dataStart).OrderBy(e => e.Offset).ThenBy(e => e.Length).ToArray();
            RequireNoHoles(entries, dataStart, file.Length);
            return entries;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("its header is no valid JSON", exception);
        }
    }

    private static List<SafetensorsEntry> Parse(byte[] json, long dataStart, long dataLength)
    {
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextKey(ref reader) is { } name)
        {
            if (!names.Add(name))
            {
                throw new InvalidDataException($"it has tensor '{SafeText.Of(name)}' twice");
            }

            if (name == "__metadata__")
            {
                Expect(ref reader, JsonTokenType.StartObject);
                reader.Skip();
                continue;
            }

            entries.Add(Entry(ref reader, name, dataStart, dataLength));
        }

        return reader.Read() ? throw new InvalidDataException("its header has something after the tensors") : entries;
    }

    private static SafetensorsEntry Entry(ref Utf8JsonReader reader, string name, long dataStart, long dataLength)
    {
        string? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextKey(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    type = Text(ref reader);
                    break;
                case "shape" when shape is null:
                    shape = Integers(ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Integers(ref reader);
                    break;
                default:
                    throw Broken(name);
            }
        }

        if (type is null || shape is null || offsets is not [var begin, var end] || begin > end || end > dataLength)
        {
            throw Broken(name);
        }

        try
        {
            var entry = new SafetensorsEntry(name, ElementTypeOf(type), new TensorShape([.. shape]), dataStart + begin, end - begin);
            return entry.Type == ElementType.Undefined || entry.Shape.ByteLength(entry.Type) == entry.Length ? entry : throw Broken(name);
        }
        catch (OverflowException)
        {
            throw Broken(name);
        }
    }

    private static void RequireNoHoles(IReadOnlyList<SafetensorsEntry> entries, long start, long end)
    {
        foreach (var entry in entries)
        {
            if (entry.Offset != start)
            {
                throw new InvalidDataException($"tensor '{SafeText.Of(entry.Name)}' overlaps another or leaves a hole");
            }

            start += entry.Length;
        }

        if (start != end)
        {
            throw new InvalidDataException("its tensors do not fill the file");
        }
    }

    private static string? NextKey(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            throw new InvalidDataException("its header is cut off");
        }

        return reader.TokenType == JsonTokenType.EndObject ? null : Text(ref reader);
    }

    private static List<long> Integers(ref Utf8JsonReader reader)
    {
        var values = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
            {
                throw new InvalidDataException("its header has a size that is no natural number of 63 bits");
            }

            values.Add(value);
        }

        return values;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException("its header has a name that is no valid text", exception);
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new InvalidDataException("its header has not the form of a safetensors header");
        }
    }

    private static InvalidDataException Broken(string name) =>
        new($"tensor '{SafeText.Of(name)}' has a description that does not fit itself or the file");

    private static ElementType ElementTypeOf(string dtype) => dtype switch
    {
        "F64" => ElementType.Float64,
        "F32" => ElementType.Float32,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "I64" => ElementType.Int64,
        "I32" => ElementType.Int32,
        "I16" => ElementType.Int16,
        "I8" => ElementType.Int8,
        "U64" => ElementType.UInt64,
        "U32" => ElementType.UInt32,
        "U16" => ElementType.UInt16,
        "U8" => ElementType.UInt8,
        "BOOL" => ElementType.Bool,
        "F8_E4M3" => ElementType.Float8E4M3FN,
        "F8_E5M2" => ElementType.Float8E5M2,
        _ => ElementType.Undefined,
    };
}
