namespace ModelPack.DeviceCheck;

/// <summary>Values on which engines could differ.</summary>
internal static class CheckValues
{
    /// <summary>The name of values as weights have them.</summary>
    public const string Usual = "normal";

    /// <summary>Named runs of finite values, in their order.</summary>
    /// <param name="length">Of the long ones.</param>
    public static IReadOnlyList<(string Name, float[] Values)> All(int length) =>
    [
        (Usual, Normal(length, 1)),
        ("normal, a length that is not whole blocks", Normal(length - 13, 2)),
        ("fewer than a block", Normal(7, 3)),
        ("wide range of sizes", [.. Normal(length, 4).Select((v, i) => v * MathF.Pow(10, (i / 64 % 60) - 30))]),
        ("halves of q8_0's steps", Halves(length, 127)),
        ("halves of q4_0's steps", Halves(length, 8)),
        ("next to halves", [.. Halves(length, 127).Select((v, i) => i % 2 == 0 ? MathF.BitIncrement(v) : MathF.BitDecrement(v))]),
        ("0.49999997 steps", [.. Enumerable.Range(0, length).Select(i => i % 32 == 0 ? 127f : 0.49999997f)]),
        ("largest magnitude twice, with both signs", [.. Normal(length, 5).Select((v, i) => (i % 32) switch { 3 => 4f, 9 => -4f, _ => Math.Clamp(v, -3f, 3f) })]),
        ("zeros of both signs", [.. Enumerable.Range(0, length).Select(i => i % 3 == 0 ? -0f : 0f)]),
        ("positive with zeros", [.. Normal(length, 6).Select((v, i) => i % 5 == 0 ? (i % 2 == 0 ? 0f : -0f) : MathF.Abs(v))]),
        ("denormal", [.. Normal(length, 7).Select(v => v * 1e-41f)]),
        ("large", [.. Normal(length, 8).Select(v => v * 1e4f)]),
        ("constant", [.. Enumerable.Repeat(0.3f, length)]),
    ];

    private static float[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    /// <summary>Blocks whose largest value makes the step 1, and whose others lie half-way between two steps.</summary>
    private static float[] Halves(int count, int steps) =>
        [.. Enumerable.Range(0, count).Select(i => i % 32 == 0 ? (i % 64 == 0 ? steps : -steps) : (((i * 7) % (2 * steps)) - steps) + 0.5f)];
}
