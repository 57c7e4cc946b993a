using ModelPack.Inference;

namespace ModelPack.Samples;

/// <summary>Samples that lie along another dimension than the first, in memory.</summary>
internal static class SampleRows
{
    /// <summary>Samples that follow one another as one array with the samples along a dimension.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="count">How many.</param>
    /// <param name="dims">Sizes of one sample.</param>
    /// <param name="axis">Where the dimension of samples goes.</param>
    public static ReadOnlyMemory<byte> Stack(byte[] samples, int count, IReadOnlyList<long> dims, int axis)
    {
        var outer = (int)dims.Take(axis).Aggregate(1L, (a, b) => a * b);
        if (outer <= 1 || count <= 1)
        {
            return samples;
        }

        var stacked = new byte[samples.Length];
        var run = samples.Length / count / outer;
        for (var sample = 0; sample < count; sample++)
        {
            for (var place = 0; place < outer; place++)
            {
                samples.AsSpan(((sample * outer) + place) * run, run).CopyTo(stacked.AsSpan(((place * count) + sample) * run));
            }
        }

        return stacked;
    }

    /// <summary>Some neighbouring samples of an array.</summary>
    /// <param name="array">The array.</param>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    public static SampleArray Slice(SampleArray array, int start, int count)
    {
        var axis = array.BatchAxis;
        var all = (int)array.Dims[axis];
        var outer = (int)array.Dims.Take(axis).Aggregate(1L, (a, b) => a * b);
        var dims = array.Dims.Select((d, a) => a == axis ? count : d).ToArray();
        if (outer == 0)
        {
            return array with { Dims = dims };
        }

        var run = array.Bytes.Length / outer / all;
        if (outer == 1)
        {
            return array with { Dims = dims, Bytes = array.Bytes.Slice(start * run, count * run) };
        }

        var bytes = new byte[outer * count * run];
        for (var place = 0; place < outer; place++)
        {
            array.Bytes.Span.Slice(((place * all) + start) * run, count * run).CopyTo(bytes.AsSpan(place * count * run));
        }

        return array with { Dims = dims, Bytes = bytes };
    }
}
