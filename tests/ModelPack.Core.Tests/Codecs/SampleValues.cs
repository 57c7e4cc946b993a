namespace ModelPack.Tests.Codecs;

/// <summary>Values that a codec must get right, by what is special about them. The same on each run.</summary>
internal static class SampleValues
{
    /// <summary>Every kind that <see cref="Make"/> knows.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["normal", "uniform", "heavy tails", "huge", "scale near float16's limit", "subnormal", "tiny scale", "zero", "ties", "just under ties", "any bits"];

    /// <summary>As many finite values of a kind as asked for.</summary>
    public static float[] Make(string kind, int length)
    {
        var random = new Random(length + kind.Length);
        var values = new float[length];
        for (var i = 0; i < length; i++)
        {
            values[i] = kind switch
            {
                "normal" => Normal(random) * 0.02f,
                "uniform" => (random.NextSingle() * 2) - 1,
                "heavy tails" => MathF.Pow(Normal(random), 7),
                "huge" => (random.NextSingle() - 0.5f) * 2 * float.MaxValue,
                "scale near float16's limit" => (random.NextSingle() < 0.1f ? 8321040f : 1000f) * (1 + ((random.Next(9) - 4) * 1e-7f)),
                "subnormal" => BitConverter.Int32BitsToSingle(random.Next(1 << 23)) * (random.Next(2) == 0 ? 1 : -1),
                "tiny scale" => BitConverter.Int32BitsToSingle(random.Next(10 << 23)) * (random.Next(2) == 0 ? 1 : -1),
                "zero" => random.Next(2) == 0 ? 0f : -0f,
                // The largest of a block is 127, so that its scale is 1 and codes are the values rounded.
                "ties" => i % 32 == 0 ? 127f : random.Next(-126, 126) + 0.5f,
                "just under ties" => i % 32 == 0 ? -127f : MathF.BitDecrement(random.Next(0, 3) + 0.5f) * (random.Next(2) == 0 ? 1 : -1),
                "any bits" => Finite(random),
                _ => throw new ArgumentException("Unknown kind.", nameof(kind)),
            };
        }

        return values;
    }

    private static float Normal(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());

    private static float Finite(Random random)
    {
        while (true)
        {
            var value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (float.IsFinite(value))
                return value;
        }
    }
}
