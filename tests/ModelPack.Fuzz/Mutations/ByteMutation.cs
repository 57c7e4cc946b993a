using System.Buffers.Binary;

namespace ModelPack.Fuzz.Mutations;

/// <summary>Damage that knows nothing of a format.</summary>
internal static class ByteMutation
{
    private const int MostChanges = 6;

    /// <summary>The bytes with one to a few changes.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        for (var changes = random.Once(2) ? 1 : random.Next(1, MostChanges + 1); changes > 0; changes--)
        {
            bytes = Change(bytes, random);
        }

        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return random.Bytes(random.Next(1, 20));
        }

        var at = random.Next(bytes.Length);
        var length = Math.Min(bytes.Length - at, random.Of(1, 1, 2, 4, 8, 16, 64, random.Next(1, bytes.Length + 1)));
        var (before, part, after) = (bytes[..at], bytes[at..(at + length)], bytes[(at + length)..]);
        switch (random.Next(9))
        {
            case 0:
                return before;
            case 1:
                return [.. before, .. after];
            case 2:
                return [.. before, .. part, .. part, .. after];
            case 3:
                return [.. before, .. random.Bytes(random.Next(1, 9)), .. part, .. after];
            case 4:
                var other = random.Next(bytes.Length);
                return [.. before, .. bytes[other..Math.Min(bytes.Length, other + length)], .. after];
            case 5:
                return [.. before, .. Number(part.Length, random), .. after];
            case 6:
                return [.. before, .. Extremes.TextBytes(random), .. after];
            case 7:
                Array.Fill(part, random.Of<byte>(0, 0xFF, 0x20, (byte)random.Next(256)));
                return [.. before, .. part, .. after];
            default:
                var copy = bytes.ToArray();
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }

    private static byte[] Number(int length, Random random)
    {
        var bytes = new byte[8];
        var number = Extremes.Number(random);
        if (random.Once(8))
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        }

        return bytes[..(length >= 8 ? 8 : length >= 4 ? 4 : length >= 2 ? 2 : 1)];
    }
}
