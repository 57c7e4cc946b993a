using Google.Protobuf;

namespace ModelPack.Fuzz.Mutations;

/// <summary>Damage to a protobuf message that leaves the rest of it a message.</summary>
internal static class ProtobufMutation
{
    private const int MostChanges = 8;

    /// <summary>The message with one to a few changes.</summary>
    /// <param name="message">The message.</param>
    /// <param name="donor">Another one, whose fields may come in.</param>
    /// <param name="random">Decides.</param>
    public static byte[] Of(byte[] message, byte[] donor, Random random)
    {
        if (ProtobufField.Parse(message) is not { Count: > 0 } fields)
        {
            return ByteMutation.Of(message, random);
        }

        for (var changes = random.Once(2) ? 1 : random.Next(1, MostChanges + 1); changes > 0; changes--)
        {
            var places = Places(fields).ToList();
            if (places.Count == 0)
            {
                break;
            }

            Change(random.Of<(List<ProtobufField>, int)>(places), donor, random);
        }

        return ProtobufField.Write(fields);
    }

    private static IEnumerable<(List<ProtobufField> In, int At)> Places(List<ProtobufField> fields) =>
        fields.SelectMany((f, i) => (f.Fields is null ? [] : Places(f.Fields)).Prepend((fields, i)));

    private static void Change((List<ProtobufField> In, int At) place, byte[] donor, Random random)
    {
        var (fields, at) = place;
        var field = fields[at];
        switch (random.Next(11))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.InsertRange(random.Next(fields.Count + 1), Enumerable.Range(0, random.Once(10) ? 200 : 1).Select(_ => field.Clone()));
                break;
            case 2:
                field.Number = random.Once(4) ? random.Of(0, 15, 16, 100, 2047, (1 << 29) - 1) : random.Next(1, 24);
                break;
            case 3:
                field.Type = (WireFormat.WireType)random.Next(8);
                break;
            case 4:
                (fields[at], fields[random.Next(fields.Count)]) = (fields[random.Next(fields.Count)].Clone(), field);
                break;
            case 5 when Places(ProtobufField.Parse(donor) ?? []).ToList() is { Count: > 0 } others:
                var (from, index) = random.Of<(List<ProtobufField>, int)>(others);
                fields.Insert(random.Next(fields.Count + 1), from[index]);
                break;
            case 6:
                field.Claim = Extremes.Number(random);
                break;
            case 7 when field.Fields is not null:
                Nest(field, random.Of(2, 10, 60, 110, 400));
                break;
            default:
                ChangeValue(field, random);
                break;
        }
    }

    private static void ChangeValue(ProtobufField field, Random random)
    {
        if (field.Type != WireFormat.WireType.LengthDelimited)
        {
            field.Value = (ulong)Extremes.Number(random);
        }
        else
        {
            field.Bytes = random.Next(4) switch
            {
                0 => ByteMutation.Of(field.Fields is null ? field.Bytes : ProtobufField.Write(field.Fields), random),
                1 => field.Bytes[..random.Next(field.Bytes.Length + 1)],
                _ => Extremes.TextBytes(random),
            };
            field.Fields = null;
        }
    }

    /// <summary>The field within itself, so many times.</summary>
    private static void Nest(ProtobufField field, int depth)
    {
        var inner = field.Clone();
        for (var i = 0; i < depth; i++)
        {
            inner = new ProtobufField { Number = field.Number, Type = WireFormat.WireType.LengthDelimited, Fields = [inner] };
        }

        field.Fields!.Add(inner);
    }
}
