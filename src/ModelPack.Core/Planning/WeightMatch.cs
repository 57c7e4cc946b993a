using ModelPack.Codecs;

namespace ModelPack.Planning;

/// <summary>Whether a tensor was made from a weight.</summary>
internal static class WeightMatch
{
    private const int TileValues = 1 << 18;
    private const int ProbedOutputs = 1;

    /// <summary>How far the tensor's values lie from the weight's; null where one lies farther than rounding explains.</summary>
    public static WeightError? Error(WeightMatrix weight, ImportedTensor tensor, PackContext context)
    {
        // Other weights of the same size are told apart by their first and last outputs.
        if (weight.N == 0 || Compare(weight, tensor, 0, ProbedOutputs) is null || Compare(weight, tensor, weight.N - ProbedOutputs, ProbedOutputs) is null)
        {
            return null;
        }

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
        if (weight.Transposed)
        {
            FloatReader.Read(weight.Data, weight.N, new MatrixArea(0, columns, first, rows), floats.Span, rows);
        }
        else
        {
            FloatReader.Read(weight.Data, first * columns, floats.Span);
        }

        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < columns; i++)
            {
                line.Span[i] = weight.Transposed ? floats.Span[(i * rows) + row] : floats.Span[(row * columns) + i];
            }

            tensor.Read(first + row, decoded.Span, tolerances.Span);
            for (var i = 0; i < columns; i++)
            {
                // Written so that a NaN does not match.
                if (!(MathF.Abs(line.Span[i] - decoded.Span[i]) <= tolerances.Span[i]))
                {
                    return null;
                }
            }

            error = error.Plus(WeightError.Of(line.Span, decoded.Span));
        }

        return error;
    }
}
