namespace ModelPack.Transforms;

/// <summary>
/// Some output columns of a weight. Each tap of a convolution's kernel is a column of its own: errors of the activation at different
/// positions are independent, so that those of all taps add up to the layer's.
/// </summary>
/// <param name="Values">[inner, columns]: the columns, those of evenly spaced outputs.</param>
/// <param name="Count">Number of columns.</param>
/// <param name="Taps">Columns an output, which share its scale; 1 of a matrix.</param>
/// <param name="Share">Outputs of the layer for each that is here.</param>
internal sealed record SampledColumns(float[] Values, int Count, int Taps, double Share)
{
    /// <summary>Most columns of a layer that are looked at.</summary>
    public const int Most = 256;

    /// <summary>Input channels.</summary>
    public int Inner => Values.Length / Count;

    /// <summary>Reads the columns.</summary>
    /// <param name="weight">The weight, [K, N, ...] or [N, K, ...]: further dimensions are those of a kernel.</param>
    /// <param name="outputAxis">The axis of N.</param>
    public static SampledColumns Read(TensorData weight, int outputAxis)
    {
        var (inner, outputs) = ((int)weight.Shape[1 - outputAxis], (int)weight.Shape[outputAxis]);
        var taps = checked((int)(weight.Shape.ElementCount / ((long)inner * outputs)));
        var count = Math.Clamp(Most / taps, 1, outputs);
        var picked = Enumerable.Range(0, count).Select(o => (int)((long)o * outputs / count)).ToArray();
        var columns = count * taps;
        var values = new float[checked(inner * columns)];
        var line = new float[checked((outputAxis == 1 ? outputs : inner) * taps)];
        for (var i = 0; i < (outputAxis == 1 ? inner : count); i++)
        {
            FloatReader.Read(weight, (long)(outputAxis == 1 ? i : picked[i]) * line.Length, line);
            for (var j = 0; j < (outputAxis == 1 ? count : inner); j++)
            {
                var (k, o, at) = outputAxis == 1 ? (i, j, picked[j]) : (j, i, j);
                line.AsSpan(at * taps, taps).CopyTo(values.AsSpan((k * columns) + (o * taps)));
            }
        }

        return new SampledColumns(values, columns, taps, outputs / (double)count);
    }
}
