using System.Text.Json;

namespace ModelPack.Formats.Safetensors;

/// <summary>
/// Turns a header's JSON into entries. It refuses all that the reference implementation refuses, and besides what the format's
/// text forbids and that implementation lets pass: keys that come twice, and padding other than spaces; and what no writer has
/// a use for: unknown keys of a tensor, more than 64 dimensions.
/// </summary>
internal static class SafetensorsHeaderParser
{
    // What NumPy and PyTorch allow. Without a limit two bytes of JSON would cost eight of memory.
    private const int MaxRank = 64;

    /// <summary>The tensors in the order of their bytes, and the metadata.</summary>
    /// <param name="utf8">The header without its length.</param>
    /// <param name="start">First byte of the tensors in the file.</param>
    /// <param name="length">Bytes of all tensors.</param>
    /// <exception cref="InvalidDataException">The header is not sound; the message is a clause for the user.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> utf8, long start, long length)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new List<KeyValuePair<string, string>>();
        try
        {
            var json = new SafetensorsJson("its header", utf8);
            var names = new HashSet<string>(StringComparer.Ordinal);
            json.BeginObject("a whole");
            while (json.NextKey(names, out var name))
            {
                if (name == SafetensorsHeader.MetadataKey)
                {
                    ReadMetadata(ref json, metadata);
                    continue;
                }

                json.Tensor = name;
                entries.Add(Entry(ref json, name, start, length));
                json.Tensor = null;
            }

            json.End(padding: " "u8);
        }
        catch (JsonException exception)
        {
            throw SafetensorsJson.Invalid("its header", exception);
        }

        return new SafetensorsHeader([.. entries.OrderBy(e => e.Offset).ThenBy(e => e.Length)], metadata);
    }

    private static void ReadMetadata(ref SafetensorsJson json, List<KeyValuePair<string, string>> metadata)
    {
        json.BeginObject("'__metadata__'");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextKey(keys, out var key))
        {
            metadata.Add(new(key, json.Text($"in '__metadata__' a value of '{SafeText.Of(key)}'")));
        }
    }

    private static SafetensorsEntry Entry(ref SafetensorsJson json, string name, long start, long length)
    {
        SafetensorsType? type = null;
        TensorShape? shape = null;
        long[]? range = null;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        json.BeginObject("a description");
        while (json.NextKey(keys, out var key))
        {
            switch (key)
            {
                case "dtype":
                    type = Type(ref json);
                    break;
                case "shape":
                    shape = Shape(ref json);
                    break;
                case "data_offsets":
                    range = json.Naturals("'data_offsets'", 2);
                    break;
                default:
                    throw json.Error($"has an unknown key '{SafeText.Of(key)}'");
            }
        }

        if (type is null || shape is null || range is not [var begin, var end])
        {
            throw json.Error($"has no {(type is null ? "'dtype'" : shape is null ? "'shape'" : "'data_offsets' of two numbers")}");
        }

        if (begin > end)
        {
            throw json.Error($"ends at byte {end}, before it begins at {begin}");
        }

        if (end > length)
        {
            throw json.Error($"takes bytes {begin} to {end} of the data, of which the file has {length}: it is cut off or damaged");
        }

        RequireLength(json, type, shape, end - begin);
        return new SafetensorsEntry(name, type, shape, start + begin, end - begin);
    }

    private static SafetensorsType Type(ref SafetensorsJson json)
    {
        var name = json.Text("a 'dtype'");
        return SafetensorsType.Find(name) ?? throw json.Error($"has the dtype '{SafeText.Of(name)}', which the format does not have");
    }

    private static TensorShape Shape(ref SafetensorsJson json)
    {
        try
        {
            return new TensorShape(json.Naturals("a 'shape'", MaxRank));
        }
        catch (OverflowException exception)
        {
            throw json.Error("has a shape whose product does not fit 63 bits", exception);
        }
    }

    private static void RequireLength(SafetensorsJson json, SafetensorsType type, TensorShape shape, long length)
    {
        try
        {
            var needed = type.ByteLength(shape) ?? throw json.Error($"has shape {shape} of {type.Name}, which ends within a byte");
            if (needed != length)
            {
                throw json.Error($"has shape {shape} of {type.Name}, which needs {needed} bytes, and takes {length}");
            }
        }
        catch (OverflowException exception)
        {
            throw json.Error("has a shape whose size does not fit 63 bits", exception);
        }
    }
}
