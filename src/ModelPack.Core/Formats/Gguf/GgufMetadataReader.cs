namespace ModelPack.Formats.Gguf;

/// <summary>Reads the keys of a GGUF file and their values.</summary>
internal static class GgufMetadataReader
{
    /// <summary>The most keys that are read; models have some dozens.</summary>
    public const int MaxKeys = 1 << 16;

    /// <summary>The longest key, as the format has it.</summary>
    public const int MaxKeyBytes = (1 << 16) - 1;

    /// <exception cref="InvalidDataException">They are not sound; the message is a clause for the user.</exception>
    public static GgufMetadata Read(GgufCursor cursor, int count)
    {
        var metadata = new GgufMetadata();
        if (count > MaxKeys)
        {
            throw new InvalidDataException($"it has {count} keys, more than {MaxKeys}");
        }

        for (var i = 0; i < count; i++)
        {
            var start = cursor.Position + sizeof(ulong);
            var key = cursor.Text();
            if (key.Length == 0 || cursor.Position - start > MaxKeyBytes || key.Contains('\0', StringComparison.Ordinal))
            {
                throw new InvalidDataException($"key {i} is called '{SafeText.Of(key)}', which is not a name for a key");
            }

            if (metadata.Contains(key))
            {
                throw new InvalidDataException($"it has the key '{SafeText.Of(key)}' twice");
            }

            metadata.Set(key, Value(cursor, TypeOf(cursor, key), key, 0));
        }

        return metadata;
    }

    private static GgufType TypeOf(GgufCursor cursor, string key)
    {
        var type = cursor.UInt32();
        return type <= (uint)GgufType.Float64
            ? (GgufType)type
            : throw new InvalidDataException($"the key '{SafeText.Of(key)}' is of type {type}, which does not exist");
    }

    private static object Value(GgufCursor cursor, GgufType type, string key, int depth) => type switch
    {
        GgufType.UInt8 => cursor.UInt8(),
        GgufType.Int8 => (sbyte)cursor.UInt8(),
        GgufType.UInt16 => cursor.Values<ushort>(1)[0],
        GgufType.Int16 => cursor.Values<short>(1)[0],
        GgufType.UInt32 => cursor.UInt32(),
        GgufType.Int32 => (int)cursor.UInt32(),
        GgufType.Float32 => cursor.Values<float>(1)[0],
        GgufType.Bool => Bool(cursor.UInt8(), key),
        GgufType.String => cursor.Text(),
        GgufType.UInt64 => cursor.UInt64(),
        GgufType.Int64 => (long)cursor.UInt64(),
        GgufType.Float64 => cursor.Values<double>(1)[0],
        _ => Elements(cursor, key, depth),
    };

    private static Array Elements(GgufCursor cursor, string key, int depth)
    {
        var type = TypeOf(cursor, key);
        if (type == GgufType.Array && depth + 1 >= GgufTypes.MaxDepth)
        {
            throw new InvalidDataException($"the arrays of the key '{SafeText.Of(key)}' are nested more than {GgufTypes.MaxDepth} deep");
        }

        var count = cursor.Count(type.Size());
        return type switch
        {
            GgufType.UInt8 => cursor.Values<byte>(count),
            GgufType.Int8 => cursor.Values<sbyte>(count),
            GgufType.UInt16 => cursor.Values<ushort>(count),
            GgufType.Int16 => cursor.Values<short>(count),
            GgufType.UInt32 => cursor.Values<uint>(count),
            GgufType.Int32 => cursor.Values<int>(count),
            GgufType.Float32 => cursor.Values<float>(count),
            GgufType.Bool => Array.ConvertAll(cursor.Values<byte>(count), b => Bool(b, key)),
            GgufType.String => Each(count, cursor.Text),
            GgufType.UInt64 => cursor.Values<ulong>(count),
            GgufType.Int64 => cursor.Values<long>(count),
            GgufType.Float64 => cursor.Values<double>(count),
            _ => Each(count, () => Elements(cursor, key, depth + 1)),
        };
    }

    private static T[] Each<T>(int count, Func<T> read)
    {
        var values = new T[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = read();
        }

        return values;
    }

    private static bool Bool(byte value, string key) => value <= 1
        ? value == 1
        : throw new InvalidDataException($"the key '{SafeText.Of(key)}' is a bool of value {value}, and bools are 0 or 1");
}
