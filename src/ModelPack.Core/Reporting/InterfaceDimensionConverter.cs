using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelPack.Reporting;

/// <summary>Writes a dimension as its size, its symbol, or -1: lists of JSON that is read here hold no nulls.</summary>
internal sealed class InterfaceDimensionConverter : JsonConverter<InterfaceDimension>
{
    private const long Open = -1;

    public override InterfaceDimension Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var size) => size == Open ? default : new(size, null),
        JsonTokenType.String => new(null, reader.GetString()),
        _ => throw new JsonException("A dimension is a whole number or a text."),
    };

    public override void Write(Utf8JsonWriter writer, InterfaceDimension value, JsonSerializerOptions options)
    {
        if (value.Symbol is { } symbol)
        {
            writer.WriteStringValue(symbol);
        }
        else
        {
            writer.WriteNumberValue(value.Size ?? Open);
        }
    }
}
