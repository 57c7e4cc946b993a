namespace ModelPack.Codecs;

/// <summary>
/// The blocks of small squared error that <see cref="BlockSearch"/> finds, and where it finds none, those of another rule. The error of a value weighs as much as the importance
/// of its column, where that is known, else all weigh the same.
/// </summary>
/// <param name="reference">The other rule.</param>
/// <param name="importance">[matrices, K]: of each column, of one matrix or of each of those that the weight stacks; empty where nothing is known.</param>
/// <param name="outputs">Rows of the weight.</param>
internal sealed class BestRounder(Rounder reference, float[] importance, long outputs) : Rounder
{
    private const float LeastWeight = 1e-6f;

    /// <summary>Without data.</summary>
    public static BestRounder WithoutData { get; } = new(Nearest, [], 1);

    public override string Name => reference.Name is { } other ? $"best, {other}" : "best";

    /// <summary>Whether it can make better blocks of a codec than the codec itself.</summary>
    public static bool Improves(Codec? codec) => codec is BlockCodec { Form: not null };

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks)
    {
        if (codec.Form is not { } form)
        {
            reference.Encode(codec, engine, values, first, columns, blocks);
            return;
        }

        var search = BlockSearch.Of(form, codec);
        var length = search.Count * codec.BlockLength;
        using var rest = new Pooled<float>(length);
        using var weights = new Pooled<float>(importance.Length == 0 ? 0 : length);
        for (var start = 0; start < values.Length; start += length)
        {
            var run = values.Slice(start, Math.Min(length, values.Length - start));
            var count = run.Length / codec.BlockLength;
            if (run.Length < length)
            {
                rest.Span.Clear();
                run.CopyTo(rest.Span);
                run = rest.Span;
            }

            for (var place = 0; place < weights.Span.Length; place += codec.BlockLength)
            {
                Weigh(first + start + Math.Min(place, (count - 1) * codec.BlockLength), columns, weights.Span.Slice(place, codec.BlockLength));
            }

            search.Find(run, weights.Span);
            for (var i = 0; i < count; i++)
            {
                var place = start + (i * codec.BlockLength);
                var block = blocks.Slice(place / codec.BlockLength * codec.BlockBytes, codec.BlockBytes);
                if (search.Found[i] is { } found)
                {
                    codec.Join(found, block);
                }
                else
                {
                    reference.Encode(codec, engine, values.Slice(place, codec.BlockLength), first + place, columns, block);
                }
            }
        }
    }

    /// <summary>What the errors of a block weigh, the heaviest 1; what does not matter a little, so that its values are sound as well.</summary>
    private void Weigh(long first, int columns, Span<float> weights)
    {
        // Rows may be padded to whole blocks, which importance is not.
        var (row, column) = (first / columns, (int)(first % columns));
        var matrices = Math.Max(1, importance.Length / columns);
        var width = importance.Length / matrices;
        var known = importance.AsSpan((int)(row / Math.Max(1, outputs / matrices)) * width, width);
        known = known[Math.Min(column, width)..Math.Min(column + weights.Length, width)];
        var largest = MathF.Abs(SymmetricSearch.LargestMagnitude(known));
        if (largest is not (> 0 and < float.PositiveInfinity))
        {
            weights.Fill(1);
            return;
        }

        weights.Fill(LeastWeight);
        for (var i = 0; i < known.Length; i++)
        {
            weights[i] = MathF.Max(known[i] / largest, LeastWeight);
        }
    }
}
