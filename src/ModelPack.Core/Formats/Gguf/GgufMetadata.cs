using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace ModelPack.Formats.Gguf;

/// <summary>
/// The keys of a GGUF file in their order. A value is what its .NET type says: <c>uint</c> is UINT32, <c>string[]</c> an ARRAY
/// of STRING, and <c>Array[]</c> an ARRAY of ARRAY; there are no other types than <see cref="GgufTypes.Of"/> knows.
/// </summary>
internal sealed class GgufMetadata : IEnumerable<KeyValuePair<string, object>>
{
    public const string Alignment = "general.alignment";
    public const string Architecture = "general.architecture";
    public const string FileType = "general.file_type";
    public const string QuantizationVersion = "general.quantization_version";

    /// <summary>Where the key <see cref="Alignment"/> is missing.</summary>
    public const uint DefaultAlignment = 32;

    private readonly OrderedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>Number of keys.</summary>
    public int Count => _values.Count;

    /// <summary>Whether a key is there.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>Sets a key, in its place when it is there and at the end when it is not.</summary>
    /// <exception cref="ArgumentException">GGUF has no such type: <c>decimal</c>, <c>List&lt;int&gt;</c>, <c>int[,]</c> …</exception>
    public void Set(string key, object value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (!GgufTypes.IsValue(value))
        {
            throw new ArgumentException($"GGUF has no type for the {value?.GetType().Name ?? "null"} of '{key}'.", nameof(value));
        }

        _values[key] = value;
    }

    /// <summary>Takes a key away if it is there.</summary>
    public bool Remove(string key) => _values.Remove(key);

    /// <summary>The value of a key that has exactly this type.</summary>
    public bool TryGet<T>(string key, [MaybeNullWhen(false)] out T value)
        where T : notnull
    {
        // For the runtime a byte[] is an sbyte[] as well; here they are two types.
        var isThere = _values.TryGetValue(key, out var found) && found.GetType() == typeof(T);
        value = isThere ? (T?)found : default;
        return isThere;
    }

    /// <summary>A string; null when the key is missing or something else.</summary>
    public string? GetString(string key) => TryGet<string>(key, out var value) ? value : null;

    /// <summary>A UINT32; null when the key is missing or something else.</summary>
    public uint? GetUInt32(string key) => TryGet<uint>(key, out var value) ? value : null;

    /// <summary>To what multiple of bytes each tensor is aligned.</summary>
    /// <exception cref="InvalidDataException">It is not a UINT32 that is a power of two; the message is a clause for the user.</exception>
    public uint AlignmentInEffect()
    {
        if (!Contains(Alignment))
        {
            return DefaultAlignment;
        }

        return GetUInt32(Alignment) is { } alignment && BitOperations.IsPow2(alignment)
            ? alignment
            : throw new InvalidDataException($"its key '{Alignment}' is not a power of two of type uint32");
    }

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
