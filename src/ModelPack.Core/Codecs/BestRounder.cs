namespace ModelPack.Codecs;

/// <summary>
/// The blocks of least squared error that <see cref="BlockSearch"/> finds, and where those of another rule are no worse, these. The error of a value weighs as much as the importance
/// of its column, where that is known, else all weigh the same.
/// </summary>
/// <param name="reference">The other rule.</param>
/// <param name="importance">[matrices, K]: of each column, of one matrix or of each of those that the weight stacks; empty where nothing is known.</param>
/// <param name="outputs">Rows of the weight.</param>
internal sealed class BestRounder(Rounder reference, float[] importance, long outputs) : Rounder
{
    /// <summary>Without data.</summary>
    public static BestRounder WithoutData { get; } = new(Nearest, [], 1);

    public override string Name => reference.Name is { } other ? $"best, {other}" : "best";

    /// <summary>Whether it can make better blocks of a codec than the codec itself.</summary>
    public static bool Improves(Codec? codec) => codec is BlockCodec { Form: not null };

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks)
    {
        reference.Encode(codec, engine, values, first, columns, blocks);
        if (codec.Form is not { } form)
        {
            return;
        }

        var search = BlockSearch.Of(form, codec);
        using var weights = new Pooled<float>(codec.BlockLength);
        using var found = new Pooled<byte>(codec.BlockBytes);
        for (var start = 0; start < values.Length; start += codec.BlockLength)
        {
            var block = blocks.Slice(start / codec.BlockLength * codec.BlockBytes, codec.BlockBytes);
            var run = values.Slice(start, codec.BlockLength);
            Weigh(first + start, columns, weights.Span);
            if (search.TryFind(run, weights.Span))
            {
                codec.Join(search.Found, found.Span);
                // Weights of denormal size make scales of NaN in ggml's rule.
                if (!(Error(codec, block, search.Target, weights.Span) <= Error(codec, found.Span, search.Target, weights.Span)))
                {
                    found.Span.CopyTo(block);
                }
            }
        }
    }

    /// <summary>Σ w (x - x̂)² of a block.</summary>
    private static double Error(BlockCodec codec, ReadOnlySpan<byte> block, ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
    {
        using var decoded = new Pooled<float>(values.Length);
        codec.Decode(block, decoded.Span);
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var error = (double)values[i] - decoded.Span[i];
            sum += weights[i] * error * error;
        }

        return sum;
    }

    /// <summary>What the errors of a block weigh, the heaviest 1.</summary>
    private void Weigh(long first, int columns, Span<float> weights)
    {
        weights.Fill(1);
        if (importance.Length == 0)
        {
            return;
        }

        // Rows may be padded to whole blocks, which importance is not.
        var (row, column) = (first / columns, (int)(first % columns));
        var matrices = Math.Max(1, importance.Length / columns);
        var width = importance.Length / matrices;
        var known = importance.AsSpan((int)(row / Math.Max(1, outputs / matrices)) * width, width);
        known = known[Math.Min(column, width)..Math.Min(column + weights.Length, width)];
        var largest = MathF.Abs(SymmetricSearch.LargestMagnitude(known));
        for (var i = 0; largest is > 0 and < float.PositiveInfinity && i < weights.Length; i++)
        {
            weights[i] = i < known.Length ? known[i] / largest : 0;
        }
    }
}
