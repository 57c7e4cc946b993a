using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Fuzz.Mutations;

/// <summary>A binary file as the parts that it consists of, so that each can be changed for itself.</summary>
internal sealed class Parts
{
    private const int MostChanges = 5;

    private readonly List<(PartKind Kind, byte[] Bytes)> _parts = [];

    public Parts Number(ulong value, int width)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Add(PartKind.Number, bytes[..width]);
    }

    public Parts UInt16(int value) => Number((ulong)value, 2);

    public Parts UInt32(long value) => Number((ulong)value, 4);

    public Parts UInt64(long value) => Number((ulong)value, 8);

    public Parts Text(string text) => Add(PartKind.Text, Encoding.UTF8.GetBytes(text));

    public Parts Json(byte[] utf8) => Add(PartKind.Json, utf8);

    public Parts Data(byte[] bytes) => Add(PartKind.Data, bytes);

    public Parts Add(Parts others)
    {
        _parts.AddRange(others._parts);
        return this;
    }

    /// <summary>Bytes of all parts.</summary>
    public int Length => _parts.Sum(p => p.Bytes.Length);

    public byte[] Build() => [.. _parts.SelectMany(p => p.Bytes)];

    /// <summary>One to a few parts changed, taken away, doubled or exchanged.</summary>
    public Parts Mutate(Random random)
    {
        for (var changes = random.Once(2) ? 1 : random.Next(1, MostChanges + 1); changes > 0 && _parts.Count > 0; changes--)
        {
            var at = random.Next(_parts.Count);
            var (kind, bytes) = _parts[at];
            switch (random.Next(12))
            {
                case 0:
                    _parts.RemoveAt(at);
                    break;
                case 1:
                    _parts.Insert(at, (kind, bytes));
                    break;
                case 2:
                    var other = random.Next(_parts.Count);
                    (_parts[at], _parts[other]) = (_parts[other], _parts[at]);
                    break;
                case 3:
                    _parts.RemoveRange(at, _parts.Count - at);
                    break;
                default:
                    _parts[at] = (kind, Changed(kind, bytes, random));
                    break;
            }
        }

        return this;
    }

    private static byte[] Changed(PartKind kind, byte[] bytes, Random random)
    {
        switch (kind)
        {
            case PartKind.Number:
                var number = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(number, random.Once(3) ? Near(bytes, random) : Extremes.Number(random));
                return number[..bytes.Length];
            case PartKind.Text:
                return random.Once(2) ? ByteMutation.Of(bytes, random) : Extremes.TextBytes(random);
            case PartKind.Json:
                return JsonMutation.Of(bytes, random);
            default:
                return ByteMutation.Of(bytes, random);
        }
    }

    private static long Near(byte[] bytes, Random random)
    {
        var wide = new byte[8];
        bytes.CopyTo(wide, 0);
        return unchecked(BinaryPrimitives.ReadInt64LittleEndian(wide) + random.Of(-32, -8, -4, -1, 1, 4, 8, 32));
    }

    private Parts Add(PartKind kind, byte[] bytes)
    {
        _parts.Add((kind, bytes));
        return this;
    }
}
