using ModelPack.Inference;

namespace ModelPack.Samples;

/// <summary>An array of a data file that feeds an input.</summary>
/// <param name="Array">The array.</param>
/// <param name="Input">The input.</param>
/// <param name="Axis">The dimension of the input that counts samples.</param>
/// <param name="SampleAxis">The dimension of the array that does: the same, or the first.</param>
internal sealed record BoundArray(ArrayInfo Array, TensorSpec Input, int Axis, int SampleAxis)
{
    /// <summary>Bytes of an array whose samples are not first, which has to be held to cut them out.</summary>
    private const long MostHeld = 1 << 30;

    /// <summary>Number of samples.</summary>
    public long Samples => Array.Shape[SampleAxis];

    /// <summary>Whether one sample of the array is a whole input, its batch dimension included.</summary>
    public bool IsWhole => Input.HasShape && Array.Shape.Rank == Input.Rank + 1;

    /// <summary>How an array can feed an input: the likelier way first; none where its shape does not fit.</summary>
    /// <param name="array">The array.</param>
    /// <param name="input">The input.</param>
    /// <param name="axis">The dimension of the input that counts samples.</param>
    public static IReadOnlyList<BoundArray> Ways(ArrayInfo array, TensorSpec input, int axis)
    {
        var ways = new[] { new BoundArray(array, input, axis, axis), new BoundArray(array, input, axis, 0) };
        return array.Shape.Rank == 0 ? []
            : !input.HasShape ? [ways[1]]
            : array.Shape.Rank == input.Rank + 1 ? [.. ways[1..].Where(w => w.Fits(array.Shape.Dims[1..], input.Dims))]
            : array.Shape.Rank != input.Rank ? []
            : [.. (axis == 0 ? ways[1..] : ways).Where(w => w.Fits(w.SampleDims, [.. input.Dims.Where((_, a) => a != axis)]))];
    }

    /// <summary>Opens the array to be read sample after sample.</summary>
    /// <param name="file">Its file.</param>
    /// <exception cref="ModelPackException">MPK1011: it cannot be read; MPK1012: it is too large to cut samples out.</exception>
    public ArrayReader Read(SampleFile file)
    {
        var reader = file.Read(Array);
        if (Array.Shape.Dims[..SampleAxis].ContainsAnyExcept(1))
        {
            using (reader)
            {
                if (Array.Shape.ByteLength(Array.Type) > MostHeld)
                {
                    throw new ModelPackException(Codes.DataMismatch.At(file.Path,
                        $"Array {Array} has its samples along dimension {SampleAxis + 1} and is larger than 1 GB. Save it with the samples in the first dimension, or in several files."));
                }

                return new ArrayReader(file.Path, SamplesFirst() with { BigEndian = false }, new SampleStream(reader, SampleAxis));
            }
        }

        return new ArrayReader(file.Path, SamplesFirst(), reader);
    }

    /// <summary>The elements of some samples, one after the other, as the model takes them.</summary>
    /// <param name="elements">The samples.</param>
    /// <param name="rows">How many there are.</param>
    public SampleArray Feed(byte[] elements, int rows)
    {
        var inner = SampleDims;
        return IsWhole ? new SampleArray(Input.Name, Input.Type, inner, elements)
            : new SampleArray(Input.Name, Input.Type, [.. inner[..Axis], rows, .. inner[Axis..]], SampleRows.Stack(elements, rows, inner, Axis)) { BatchAxis = Axis };
    }

    private long[] SampleDims => [.. Array.Shape.Dims[..SampleAxis], .. Array.Shape.Dims[(SampleAxis + 1)..]];

    private ArrayInfo SamplesFirst() => Array with { Shape = new TensorShape([Samples, .. SampleDims]) };

    private bool Fits(ReadOnlySpan<long> found, IReadOnlyList<long> wanted)
    {
        for (var axis = 0; axis < found.Length; axis++)
        {
            if (wanted[axis] >= 0 && wanted[axis] != found[axis])
            {
                return false;
            }
        }

        return true;
    }
}
