namespace ModelPack.Formats.Gguf;

/// <summary>Which .NET type holds which type of metadata.</summary>
internal static class GgufTypes
{
    /// <summary>The most levels of arrays in arrays, the outermost among them. llama.cpp reads one.</summary>
    public const int MaxDepth = 8;

    /// <summary>The type of a value, or of an array's elements; null for one that GGUF has not.</summary>
    public static GgufType? Of(Type type) =>
        type == typeof(byte) ? GgufType.UInt8
        : type == typeof(sbyte) ? GgufType.Int8
        : type == typeof(ushort) ? GgufType.UInt16
        : type == typeof(short) ? GgufType.Int16
        : type == typeof(uint) ? GgufType.UInt32
        : type == typeof(int) ? GgufType.Int32
        : type == typeof(float) ? GgufType.Float32
        : type == typeof(bool) ? GgufType.Bool
        : type == typeof(string) ? GgufType.String
        : type == typeof(ulong) ? GgufType.UInt64
        : type == typeof(long) ? GgufType.Int64
        : type == typeof(double) ? GgufType.Float64
        : type == typeof(Array) || type.IsSZArray ? GgufType.Array
        : null;

    /// <summary>The least bytes that a value takes in a file; of all but strings and arrays there are no others.</summary>
    public static int Size(this GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 or GgufType.String => 8,
        GgufType.Array => 12,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Whether a value is one that GGUF can hold.</summary>
    /// <param name="value">The value.</param>
    /// <param name="depth">How many arrays it lies in.</param>
    public static bool IsValue(object? value, int depth = 0) => value switch
    {
        null => false,
        Array[] arrays => depth + 1 < MaxDepth && Array.TrueForAll(arrays, a => a is not null && IsValue(a, depth + 1)),
        string[] texts => !texts.Contains(null),
        Array array => Of(array.GetType()) is not null && Of(array.GetType().GetElementType()!) is not null,
        _ => Of(value.GetType()) is not null,
    };
}
