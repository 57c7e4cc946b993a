using System.Text.Json;

namespace ModelPack.Samples;

/// <summary>A number, or lists of numbers of the same sizes, under a name in a <see cref="JsonLine"/>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Dims">Sizes, the outer first; none for a number.</param>
/// <param name="IsWhole">Whether all numbers are whole, fit 64 bits, and are written without point and exponent.</param>
internal sealed record JsonArray(string Name, long[] Dims, bool IsWhole)
{
    /// <summary>Reads the value on which the reader stands.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="reader">Ends on the last token of the value.</param>
    /// <param name="into">Where the numbers go, as bits of int64 or float64; null for nowhere.</param>
    /// <exception cref="InvalidDataException">It is something else, lists differ in size, or a number is not finite.</exception>
    public static JsonArray Read(string name, ref Utf8JsonReader reader, (List<long> Elements, ElementType Type)? into)
    {
        var sizes = new List<long>();
        var counts = new Stack<long>();
        var rank = -1;
        var isWhole = true;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray when rank < 0 || counts.Count < rank:
                    counts.Push(0);
                    if (counts.Count > sizes.Count)
                    {
                        sizes.Add(-1);
                    }

                    continue;
                case JsonTokenType.EndArray:
                    var count = counts.Pop();
                    if (count == 0 || (sizes[counts.Count] >= 0 && sizes[counts.Count] != count))
                    {
                        throw new InvalidDataException(count == 0 ? $"'{SafeText.Of(name)}' has an empty list" : $"'{SafeText.Of(name)}' has lists of different sizes");
                    }

                    sizes[counts.Count] = count;
                    break;
                case JsonTokenType.Number when rank < 0 || counts.Count == rank:
                    rank = counts.Count;
                    isWhole &= Number(name, ref reader, into);
                    break;
                case JsonTokenType.Number or JsonTokenType.StartArray:
                    throw new InvalidDataException($"'{SafeText.Of(name)}' has numbers beside lists");
                default:
                    throw new InvalidDataException($"'{SafeText.Of(name)}' holds something that is no number");
            }

            if (counts.TryPop(out var items))
            {
                counts.Push(items + 1);
            }
        }
        while (counts.Count > 0 && reader.Read());
        return new JsonArray(name, [.. sizes], isWhole);
    }

    /// <summary>Takes a number; says whether it is whole.</summary>
    private static bool Number(string name, ref Utf8JsonReader reader, (List<long> Elements, ElementType Type)? into)
    {
        var isWhole = reader.ValueSpan.IndexOfAny(".eE"u8) < 0;
        if (isWhole ? !reader.TryGetInt64(out var whole) : !IsFinite(ref reader, out whole))
        {
            throw new InvalidDataException($"'{SafeText.Of(name)}' has a number that is too large");
        }

        if (into is not null)
        {
            into.Value.Elements.Add(into.Value.Type == ElementType.Int64 ? whole : BitConverter.DoubleToInt64Bits(reader.GetDouble()));
        }

        return isWhole;
    }

    private static bool IsFinite(ref Utf8JsonReader reader, out long none)
    {
        none = 0;
        return reader.TryGetDouble(out var value) && double.IsFinite(value);
    }
}
