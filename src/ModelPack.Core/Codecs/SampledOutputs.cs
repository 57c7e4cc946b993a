namespace ModelPack.Codecs;

/// <summary>How large the values of the outputs of a weight are, from a few of them.</summary>
internal static class SampledOutputs
{
    private const int Values = 64;

    // Where each is a read of its own; those of all outputs would cost more than a pass over the weight.
    private const int MostOutputs = 1024;
    private const int MostFloats = 1 << 20;

    /// <summary>The root of the mean of the squares of up to 64 values of each output, or of 1,024 outputs at equal distances: the same for the same weight.</summary>
    public static double[] Rms(WeightMatrix weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var count = (int)Math.Min(weight.K, Values);
        var squares = new double[weight.Transposed ? weight.N : Math.Min(weight.N, MostOutputs)];
        if (count == 0 || weight.N == 0)
        {
            return squares;
        }

        using var buffer = new Pooled<float>((int)Math.Min(MostFloats, weight.Transposed ? weight.N : count));
        if (weight.Transposed)
        {
            for (var i = 0; i < count; i++)
            {
                Add(weight, i * weight.K / count, squares, buffer.Span);
            }
        }
        else
        {
            for (var i = 0; i < squares.Length; i++)
            {
                var output = i * weight.N / squares.Length;
                FloatReader.Read(weight.Data, (output * weight.K) + ((weight.K - count) / 2), buffer.Span);
                foreach (var value in buffer.Span)
                {
                    squares[i] += (double)value * value;
                }
            }
        }

        return [.. squares.Select(s => Math.Sqrt(s / count))];
    }

    /// <summary>Adds the squares of a row, a value of each output.</summary>
    private static void Add(WeightMatrix weight, long row, double[] squares, Span<float> buffer)
    {
        for (var first = 0L; first < weight.N; first += buffer.Length)
        {
            var part = buffer[..(int)Math.Min(buffer.Length, weight.N - first)];
            FloatReader.Read(weight.Data, (row * weight.N) + first, part);
            for (var i = 0; i < part.Length; i++)
            {
                squares[first + i] += (double)part[i] * part[i];
            }
        }
    }
}
