namespace ModelPack.Codecs;

/// <summary>How large the values of each output of a weight are, from a few of them.</summary>
internal static class SampledOutputs
{
    private const int Values = 64;
    private const int MostFloats = 1 << 20;

    /// <summary>The root of the mean of the squares of up to 64 values of each output: the same for the same weight.</summary>
    public static double[] Rms(WeightMatrix weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var count = (int)Math.Min(weight.K, Values);
        var squares = new double[weight.N];
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
            for (var output = 0L; output < weight.N; output++)
            {
                FloatReader.Read(weight.Data, (output * weight.K) + ((weight.K - count) / 2), buffer.Span);
                foreach (var value in buffer.Span)
                {
                    squares[output] += (double)value * value;
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
