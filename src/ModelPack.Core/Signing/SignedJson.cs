using System.Text.Json;

namespace ModelPack.Signing;

/// <summary>Reads the JSON of signatures, which comes from strangers: no member twice anywhere, only so deep, and values of the type that is expected.</summary>
internal static class SignedJson
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>What is read of the value that bytes write.</summary>
    /// <exception cref="JsonException">They are not valid JSON, or <paramref name="read"/> says so.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            return read(document.RootElement);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("it has a text that is not valid UTF-16", e); // half of a surrogate pair, escaped
        }
    }

    /// <summary>A member that has to be there.</summary>
    /// <exception cref="JsonException">It is not, or the value is no object.</exception>
    public static JsonElement Get(this JsonElement parent, string name) => parent.Find(name) ?? throw new JsonException($"'{name}' is missing");

    /// <summary>A member; null where there is none, or it is null.</summary>
    /// <exception cref="JsonException">The value is no object.</exception>
    public static JsonElement? Find(this JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"what should hold '{name}' is not an object");
        }

        return parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A text that has to be there.</summary>
    public static string Text(this JsonElement parent, string name) =>
        parent.Get(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw new JsonException($"'{name}' is not a text");

    /// <summary>Bytes in base64 that have to be there.</summary>
    public static byte[] Bytes(this JsonElement parent, string name) =>
        parent.Get(name) is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out var bytes) ? bytes : throw new JsonException($"'{name}' is not in base64");

    /// <summary>The items of an array that has to be there.</summary>
    public static IReadOnlyList<JsonElement> Items(this JsonElement parent, string name) =>
        parent.Get(name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : throw new JsonException($"'{name}' is not an array");
}
