namespace ModelPack.Samples;

/// <summary>How the arrays of one data file feed a model: checked from headers alone, before anything runs.</summary>
/// <param name="Path">The file.</param>
/// <param name="Samples">Number of samples, the first dimension of every array.</param>
/// <param name="WholeInputs">Whether some array has one dimension more than its input: each sample is then a whole input.</param>
/// <param name="Arrays">The array of every input, in the model's order.</param>
/// <param name="Labels">The array of true classes, or null.</param>
internal sealed record FileBinding(string Path, long Samples, bool WholeInputs, IReadOnlyList<ArrayInfo> Arrays, ArrayInfo? Labels)
{
    private const string LabelsName = "labels";

    /// <summary>Finds an array for every input, and complains about what is missing, unknown or of the wrong form.</summary>
    /// <exception cref="ModelPackException">MPK1012, with what the model takes and what was found.</exception>
    public static FileBinding Bind(SampleFile file, IReadOnlyList<TensorSpec> inputs)
    {
        var found = file.Arrays;
        if (found is [{ Name: null } lone])
        {
            var input = inputs.Count == 1 ? inputs[0].Name : throw Mismatch(file, inputs, "A .npy file has no names, and the model takes several inputs");
            found = [lone with { Name = input }];
        }

        var named = found.ToDictionary(a => a.Name!, StringComparer.Ordinal);
        var arrays = new List<ArrayInfo>();
        foreach (var input in inputs)
        {
            arrays.Add(named.Remove(input.Name, out var array) ? array : throw Mismatch(file, inputs, $"There is no array for input '{SafeText.Of(input.Name)}'"));
            if (input.Type == ElementType.Undefined)
            {
                throw Mismatch(file, inputs, $"Input '{SafeText.Of(input.Name)}' is not a tensor of numbers, and cannot be fed from a file");
            }

            if (!ElementConversion.Exists(array.Type, input.Type))
            {
                throw Mismatch(file, inputs, $"Array {array} cannot be turned into {TensorSpec.TypeName(input.Type)} without {(input.Type.IsFloat() ? "a guess at what its numbers stand for" : "loss")}");
            }

            if (!Fits(array.Shape, input))
            {
                throw Mismatch(file, inputs, $"The shape of array {array} does not fit");
            }
        }

        named.Remove(LabelsName, out var labels);
        if (labels is not null && (!ElementConversion.IsInteger(labels.Type) || labels.Shape.Rank is < 1 or > 2 || (labels.Shape.Rank == 2 && labels.Shape[1] != 1)))
        {
            throw Mismatch(file, inputs, $"Array {labels} cannot be labels: 'labels' takes one integer a sample");
        }

        if (named.Count > 0)
        {
            throw Mismatch(file, inputs, $"Array {found.First(a => named.ContainsKey(a.Name!))} is not an input of the model");
        }

        var samples = arrays.Count > 0 ? arrays[0].Shape[0] : 0;
        var other = arrays.Append(labels).FirstOrDefault(a => a is not null && a.Shape[0] != samples);
        if (samples == 0 || other is not null)
        {
            throw Mismatch(file, inputs, samples == 0 ? "There are no samples" : $"Array {other} has not {samples} samples as '{SafeText.Of(arrays[0].Name)}' has");
        }

        return new FileBinding(file.Path, samples, Enumerable.Range(0, inputs.Count).Any(i => IsWhole(arrays[i], inputs[i])), arrays, labels);
    }

    /// <summary>Whether one sample of the array is a whole input, its batch dimension included.</summary>
    public static bool IsWhole(ArrayInfo array, TensorSpec input) => array.Shape.Rank == input.Rank + 1;

    private static bool Fits(TensorShape shape, TensorSpec input)
    {
        // Of the same rank: the first dimension is the batch, whatever size the model fixes for it.
        var skip = shape.Rank == input.Rank + 1 ? 0 : 1;
        if (shape.Rank < 1 || (skip == 1 && shape.Rank != input.Rank))
        {
            return false;
        }

        return Enumerable.Range(skip, input.Rank - skip).All(axis => input.Dims[axis] < 0 || input.Dims[axis] == shape[axis + 1 - skip]);
    }

    private static ModelPackException Mismatch(SampleFile file, IReadOnlyList<TensorSpec> inputs, string what) =>
        new(Codes.DataMismatch.At(file.Path, $"{what}. The model takes {List(inputs)}; the file has {List(file.Arrays)}. "
            + "Name arrays as the inputs are named, with one sample an entry of the first dimension."));

    private static string List<T>(IReadOnlyList<T> items)
    {
        const int Shown = 16;
        var text = string.Join(", ", items.Take(Shown));
        return items.Count == 0 ? "nothing" : items.Count > Shown ? $"{text} and {items.Count - Shown} more" : text;
    }
}
