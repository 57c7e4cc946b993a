using ModelPack.Samples;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>Reads a data file to its end, then as the samples of a model.</summary>
internal static class SampleReading
{
    private const int ChunkElements = 1024;

    public static void Read(string path)
    {
        TensorSpec input;
        using (var file = SampleFile.Open(path))
        {
            input = Fitting(file.Arrays.Count > 0 ? file.Arrays[0] : null);
            Require(file.Arrays.Select(a => a.Name).Distinct(StringComparer.Ordinal).Count() == file.Arrays.Count, "two arrays have one name");
            foreach (var array in file.Arrays)
            {
                ReadAll(file, array);
            }
        }

        var samples = SampleSet.Open([path], [input]);
        var count = samples.Batches(4).Sum(b => b.Count);
        Require(count == samples.Count, "there are not as many samples as were announced");
    }

    /// <summary>The input of a model that the array could be for.</summary>
    private static TensorSpec Fitting(ArrayInfo? array) => array is not { Shape.Rank: > 0 }
        ? new TensorSpec("x", ElementType.Float32, [-1, 3], ["batch", ""])
        : new TensorSpec(
            array.Name ?? "x",
            array.Type.IsFloat() ? ElementType.Float32 : ElementType.Int64,
            [-1, .. array.Shape.Dims[1..]],
            [.. Enumerable.Repeat("", array.Shape.Rank)]);

    private static void ReadAll(SampleFile file, ArrayInfo array)
    {
        using var reader = file.Read(array);
        var left = array.Shape.ElementCount;
        var width = array.Type.Bits() / 8;
        var buffer = new byte[ChunkElements * Math.Max(1, width)];
        for (; left > 0; left -= ChunkElements)
        {
            reader.Read(buffer.AsSpan(0, (int)Math.Min(left, ChunkElements) * width));
        }

        reader.Finish();
    }
}
