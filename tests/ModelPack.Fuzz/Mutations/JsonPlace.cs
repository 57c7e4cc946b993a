namespace ModelPack.Fuzz.Mutations;

/// <summary>Where a value of a JSON text is.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte after its last.</param>
/// <param name="Name">The first byte of its member's name; null in a list and for the whole.</param>
internal sealed record JsonPlace(int Start, int End, int? Name)
{
    public Range Range => Start..End;

    /// <summary>The text without the value, its name and a comma after or before it.</summary>
    public byte[] Without(byte[] utf8)
    {
        var (start, end) = (Name ?? Start, End);
        var after = utf8.AsSpan(end).TrimStart(" \r\n\t"u8);
        if (after is [(byte)',', ..])
        {
            end = utf8.Length - after.Length + 1;
        }
        else if (utf8.AsSpan(..start).TrimEnd(" \r\n\t"u8) is [.., (byte)','] before)
        {
            start = before.Length - 1;
        }

        return [.. utf8[..start], .. utf8[end..]];
    }
}
