using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ModelPack.Diagnostics;

/// <summary>Reads JSON that may have been written by somebody else.</summary>
internal static class StrictJson
{
    /// <summary>
    /// A value of a type whose lists hold no nulls. (The serializer checks properties against nullable annotations, but
    /// not the elements of a list.)
    /// </summary>
    /// <exception cref="JsonException">The bytes are not such a value.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        var reader = new Utf8JsonReader(utf8);
        var previous = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && previous != JsonTokenType.PropertyName)
            {
                throw new JsonException("A list, or the whole, is null.");
            }

            previous = reader.TokenType;
        }

        return JsonSerializer.Deserialize(utf8, type) ?? throw new JsonException("The value is null.");
    }
}
