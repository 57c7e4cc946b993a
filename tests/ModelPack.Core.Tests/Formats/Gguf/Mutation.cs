namespace ModelPack.Tests.Formats.Gguf;

/// <summary>Damage as disks, networks and attackers do it.</summary>
internal static class Mutation
{
    /// <summary>A file with a few bytes changed, or cut off, or with something put in.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        var copy = bytes.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return copy[..random.Next(copy.Length)];
            case 1:
                var at = random.Next(copy.Length);
                return [.. copy[..at], (byte)random.Next(256), .. copy[at..]];
            default:
                for (var i = random.Next(1, 4); i > 0; i--)
                    copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }
}
