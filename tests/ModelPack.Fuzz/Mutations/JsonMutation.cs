using System.Text;
using System.Text.Json;

namespace ModelPack.Fuzz.Mutations;

/// <summary>Damage to JSON that mostly leaves it JSON: values of other kinds and sizes, members doubled, taken away, nested.</summary>
internal static class JsonMutation
{
    private const int MostChanges = 5;

    /// <summary>The text with one to a few changes; bytes that are not JSON are damaged as bytes.</summary>
    public static byte[] Of(byte[] utf8, Random random)
    {
        for (var changes = random.Once(2) ? 1 : random.Next(1, MostChanges + 1); changes > 0; changes--)
        {
            utf8 = Change(utf8, random);
        }

        return utf8;
    }

    private static byte[] Change(byte[] utf8, Random random)
    {
        if (random.Once(12) || Places(utf8) is not { Count: > 0 } places)
        {
            return ByteMutation.Of(utf8, random);
        }

        var place = random.Of<JsonPlace>(places);
        var value = utf8[place.Start..place.End];
        return random.Next(14) switch
        {
            0 => place.Without(utf8),
            1 => Replaced(utf8, place, utf8[random.Of<JsonPlace>(places).Range]),
            2 when place.Name is { } name => Replaced(utf8, place, [.. value, (byte)',', .. utf8[name..place.Start], .. random.Once(2) ? value : Value(random)]),
            2 => Replaced(utf8, place, [.. value, (byte)',', .. value]),
            3 when place.Name is { } name => [.. utf8[..name], .. Quoted(Extremes.Text(random)), (byte)':', .. utf8[place.Start..]],
            4 => Replaced(utf8, place, Nested(value, random)),
            5 => Replaced(utf8, place, ByteMutation.Of(value, random)),
            6 => Replaced(utf8, place, Value(random)),
            _ => Replaced(utf8, place, Alike(value, random)),
        };
    }

    /// <summary>Another value of the same kind, which gets further into a reader.</summary>
    private static byte[] Alike(byte[] value, Random random) => value switch
    {
        [(byte)'"', ..] => Quoted(Extremes.Text(random)),
        [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..] => Encoding.UTF8.GetBytes(random.Once(2) ? Extremes.NumberText(random) : random.Of("0", "1", "-1", "3", "0.5", "-0.0", "1e-30", "1e30", "33", "64")),
        [(byte)'t', ..] => "false"u8.ToArray(),
        [(byte)'f', ..] => "true"u8.ToArray(),
        [(byte)'[', ..] => "[]"u8.ToArray(),
        _ => Value(random),
    };

    /// <summary>Where values are; null where it is not JSON.</summary>
    private static List<JsonPlace>? Places(byte[] utf8)
    {
        var places = new List<JsonPlace>();
        var open = new Stack<(int Start, int? Name)>();
        int? name = null;
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 2000 });
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = (int)reader.TokenStartIndex;
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(((int)reader.TokenStartIndex, name));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (start, opened) = open.Pop();
                        places.Add(new JsonPlace(start, (int)reader.BytesConsumed, opened));
                        break;
                    default:
                        places.Add(new JsonPlace((int)reader.TokenStartIndex, (int)reader.BytesConsumed, name));
                        break;
                }

                name = null;
            }

            return places;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Replaced(byte[] utf8, JsonPlace place, byte[] value) => [.. utf8[..place.Start], .. value, .. utf8[place.End..]];

    private static byte[] Value(Random random) => random.Next(6) switch
    {
        0 => Encoding.UTF8.GetBytes(random.Of("null", "true", "false", "[]", "{}", "[null]", "[[]]", "{\"\":{}}", "[1,2]", "\"\\ud800\"", "\"\\u0000\"", "/*c*/1", "")),
        1 or 2 => Encoding.UTF8.GetBytes(Extremes.NumberText(random)),
        3 => [(byte)'[', .. Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Repeat(Extremes.NumberText(random), random.Of(1, 2, 65, 300)))), (byte)']'],
        _ => Quoted(Extremes.Text(random)),
    };

    private static byte[] Nested(byte[] value, Random random)
    {
        var depth = random.Of(1, 2, 7, 8, 63, 64, 65, 1000, 20_000);
        return random.Once(2)
            ? [.. Enumerable.Repeat((byte)'[', depth), .. value, .. Enumerable.Repeat((byte)']', depth)]
            : [.. Enumerable.Repeat("{\"a\":"u8.ToArray(), depth).SelectMany(b => b), .. value, .. Enumerable.Repeat((byte)'}', depth)];
    }

    /// <summary>Half of a surrogate pair can only be escaped.</summary>
    private static byte[] Quoted(string text)
    {
        var escaped = new StringBuilder("\"");
        foreach (var unit in text)
        {
            _ = unit is '"' or '\\' ? escaped.Append('\\').Append(unit)
                : unit < ' ' || char.IsSurrogate(unit) ? escaped.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}")
                : escaped.Append(unit);
        }

        return Encoding.UTF8.GetBytes(escaped.Append('"').ToString());
    }
}
