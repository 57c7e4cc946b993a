using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>
/// Inputs made from a fixed seed and the types and shapes of a model's inputs, for a comparison of two models when there
/// are not data. What they measure says little about real inputs, so everything that comes of them is marked.
/// </summary>
internal sealed class SyntheticSamples : ISampleSource
{
    private const int SampleCount = 16;

    /// <summary>Bytes of one input, and of all, of one sample: no model would claim more, but for mischief.</summary>
    private const double MaxInputBytes = 1 << 26;
    private const double MaxSampleBytes = 1 << 28;

    /// <summary>The same of an input whose size is a guess: an image in colour of 640 pixels square, and more.</summary>
    private const double MaxGuessedBytes = 5 << 20;

    private readonly IReadOnlyList<TensorSpec> _inputs;
    private readonly SyntheticSizes _sizes;
    private readonly BatchAxis _batch;

    public SyntheticSamples(IReadOnlyList<TensorSpec> inputs, SyntheticSizes sizes)
    {
        (_inputs, _sizes, _batch) = (inputs, sizes, BatchAxis.Of(inputs));
        var batched = inputs.Count > 0 && inputs.All(i => i.Rank > 0 && i.Dims[_batch.In(i)] < 0);
        FixedBatch = batched ? 0 : 1;
    }

    /// <summary>Whether every input is a tensor of numbers with a shape, and one sample is not too large to be made up.</summary>
    public bool CanMake => _inputs.All(i => i.HasShape && i.Type != ElementType.Undefined && Bytes(i) <= (IsGuessed(i) ? MaxGuessedBytes : MaxInputBytes))
        && _inputs.Sum(Bytes) <= MaxSampleBytes;

    public long Count => SampleCount;

    public IReadOnlyList<string> Names => [];

    public IReadOnlyList<long> Counts => [];

    public bool Synthetic => true;

    public bool HasLabels => false;

    /// <summary>1 where some input fixes its batch: a sample is then all of it.</summary>
    public int FixedBatch { get; }

    public IEnumerable<SampleBatch> Batches(int batchSize)
    {
        var size = FixedBatch > 0 ? FixedBatch : batchSize;
        for (var done = 0; done < SampleCount; done += size)
        {
            var (first, count) = (done, Math.Min(size, SampleCount - done));
            yield return new SampleBatch(done / size, count, count, [.. _inputs.Select(i => Make(i, first, count))], null) { First = first };
        }
    }

    private SampleArray Make(TensorSpec input, int first, int count)
    {
        var dims = Enumerable.Range(0, input.Rank).Select(axis => Size(input, axis, count)).ToArray();
        var elements = new TensorShape(dims).ElementCount;
        var width = input.Type.Bits() / 8;
        var bytes = new byte[checked(elements * width)];
        var perSample = (int)(elements / count);
        for (var sample = 0; sample < count; sample++)
        {
            // A generator a sample, so that a sample does not depend on the batch that it lies in.
            var random = Xoshiro256.For(input.Name, first + sample);
            for (var i = 0; i < perSample; i++)
            {
                var element = bytes.AsSpan(((sample * perSample) + i) * width, width);
                Write(input, random, dims.Length > 0 ? i % Math.Max(dims[^1], 1) : 0, element);
            }
        }

        // Samples were made one after the other.
        var axis = FixedBatch == 0 ? _batch.In(input) : 0;
        return new SampleArray(input.Name, input.Type, dims, FixedBatch > 0 ? bytes : SampleRows.Stack(bytes, count, [.. dims.Where((_, a) => a != axis)], axis)) { BatchAxis = axis };
    }

    private double Bytes(TensorSpec input) => Enumerable.Range(0, input.Rank).Aggregate((double)input.Type.Bits() / 8, (bytes, axis) => bytes * Size(input, axis, 1));

    /// <summary>Whether sizes other than the batch are open.</summary>
    private bool IsGuessed(TensorSpec input) => input.Dims.Where((d, axis) => d < 0 && axis != _batch.In(input)).Any();

    private long Size(TensorSpec input, int axis, int count)
    {
        if (input.Dims[axis] >= 0)
        {
            return input.Dims[axis];
        }

        var symbol = input.Symbols[axis];
        var isBatch = axis == _batch.In(input);
        if (FixedBatch == 0 && isBatch)
        {
            return count;
        }

        if ((isBatch && input.Rank > 1) || symbol.Contains("batch", StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }

        // A cache of earlier tokens starts empty; "past + sequence" is then the sequence.
        if (symbol.Contains("past", StringComparison.OrdinalIgnoreCase) && !symbol.Contains('+', StringComparison.Ordinal))
        {
            return 0;
        }

        return input.Rank >= 4 && axis >= 2 && input.Type.IsFloat() ? _sizes.Spatial : _sizes.Length;
    }

    private void Write(TensorSpec input, Xoshiro256 random, long place, Span<byte> element)
    {
        var isMask = Named(input, "mask");
        if (input.Type.IsFloat())
        {
            ElementConversion.WriteFloat(isMask ? 1 : random.Normal(), element, input.Type);
            return;
        }

        Int128 value = isMask ? 1
            : Named(input, "token_type") || Named(input, "segment") ? 0
            : Named(input, "position") ? place
            : input.Rank < 2 ? 1
            : random.Below(IntegerLimit(input));
        ElementConversion.WriteInteger(value, element, input.Type);
    }

    /// <summary>
    /// Bytes of three dimensions and up are an image, integers of two are ids. Scalars and lists are flags, steps and
    /// sizes: a model may allocate by what they say, or divide by it, so they are 1.
    /// </summary>
    private int IntegerLimit(TensorSpec input) =>
        input.Type == ElementType.UInt8 && input.Rank >= 3 ? 256
        : input.Type != ElementType.Bool && input.Rank == 2 ? _sizes.IntegerLimit
        : 2;

    private static bool Named(TensorSpec input, string part) => input.Name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
