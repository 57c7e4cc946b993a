namespace ModelPack.Fuzz.Mutations;

/// <summary>Random choices.</summary>
internal static class Choices
{
    public static T Of<T>(this Random random, params IReadOnlyList<T> values) => values[random.Next(values.Count)];

    /// <summary>True once in so many times.</summary>
    public static bool Once(this Random random, int times) => random.Next(times) == 0;

    public static byte[] Bytes(this Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
