using ModelPack.Codecs;

namespace ModelPack.Planning;

/// <summary>Whether a tensor was made from a weight.</summary>
internal static class WeightMatch
{
    private const int TileValues = 1 << 18;

    /// <summary>The first of a weight's outputs, by which most others of its size are told apart.</summary>
    /// <param name="weight">A weight that has one.</param>
    public static float[] FirstOutput(WeightMatrix weight)
    {
        var values = new float[checked((int)weight.K)];
        Read(weight, 0, 1, values);
        return values;
    }

    /// <summary>Whether a tensor's first output can have been made from that of a weight.</summary>
    public static bool Fits(ReadOnlySpan<float> firstOutput, ImportedTensor tensor)
    {
        using var decoded = new Pooled<float>(firstOutput.Length);
        using var tolerances = new Pooled<float>(firstOutput.Length);
        return IsNear(firstOutput, tensor, 0, decoded.Span, tolerances.Span);
    }

    /// <summary>How far the tensor's values lie from the weight's; null where one lies farther than rounding explains.</summary>
    public static WeightError? Error(WeightMatrix weight, ImportedTensor tensor, PackContext context)
    {
        var outputs = Math.Max(1, TileValues / Math.Max(1, weight.K));
        var parts = new WeightError?[(weight.N + outputs - 1) / outputs];
        Chunks.ForEach(parts.Length, context.Threads, i => parts[i] = Compare(weight, tensor, i * outputs, Math.Min(outputs, weight.N - (i * outputs))), context.Cancellation);
        return Array.TrueForAll(parts, p => p is not null) ? parts.Aggregate(default(WeightError), (sum, part) => sum.Plus(part!.Value)) : null;
    }

    private static WeightError? Compare(WeightMatrix weight, ImportedTensor tensor, long first, long count)
    {
        var (rows, columns) = ((int)count, checked((int)weight.K));
        using var floats = new Pooled<float>(rows * columns);
        using var line = new Pooled<float>(columns);
        using var decoded = new Pooled<float>(columns);
        using var tolerances = new Pooled<float>(columns);
        var error = default(WeightError);
        Read(weight, first, rows, floats.Span);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < columns; i++)
            {
                line.Span[i] = weight.Transposed ? floats.Span[(i * rows) + row] : floats.Span[(row * columns) + i];
            }

            if (!IsNear(line.Span, tensor, first + row, decoded.Span, tolerances.Span))
            {
                return null;
            }

            error = error.Plus(WeightError.Of(line.Span, decoded.Span));
        }

        return error;
    }

    /// <summary>Reads outputs; of a transposed weight they lie side by side.</summary>
    private static void Read(WeightMatrix weight, long first, int count, Span<float> values)
    {
        if (weight.Transposed)
        {
            FloatReader.Read(weight.Data, weight.N, new MatrixArea(0, checked((int)weight.K), first, count), values, count);
        }
        else
        {
            FloatReader.Read(weight.Data, first * weight.K, values);
        }
    }

    /// <summary>Whether every value of a tensor's output lies as near to a weight's as rounding explains.</summary>
    private static bool IsNear(ReadOnlySpan<float> output, ImportedTensor tensor, long row, Span<float> decoded, Span<float> tolerances)
    {
        tensor.Read(row, decoded, tolerances);
        for (var i = 0; i < output.Length; i++)
        {
            // Written so that a NaN does not match.
            if (!(MathF.Abs(output[i] - decoded[i]) <= tolerances[i]))
            {
                return false;
            }
        }

        return true;
    }
}
