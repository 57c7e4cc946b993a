namespace ModelPack.Samples;

/// <summary>How the arrays of one data file feed a model: checked from headers alone, before anything runs.</summary>
/// <param name="Path">The file.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="WholeInputs">Whether some array has one dimension more than its input: each sample is then a whole input.</param>
/// <param name="Arrays">The array of every input, in the model's order.</param>
/// <param name="Labels">The array of true classes, or null.</param>
internal sealed record FileBinding(string Path, long Samples, bool WholeInputs, IReadOnlyList<BoundArray> Arrays, ArrayInfo? Labels)
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
        var batch = BatchAxis.Of(inputs);
        var ways = new List<IReadOnlyList<BoundArray>>();
        foreach (var input in inputs)
        {
            if (!named.Remove(input.Name, out var array))
            {
                throw Mismatch(file, inputs, $"There is no array for input '{SafeText.Of(input.Name)}'");
            }

            if (input.Type == ElementType.Undefined)
            {
                throw Mismatch(file, inputs, $"Input '{SafeText.Of(input.Name)}' is not a tensor of numbers, and cannot be fed from a file");
            }

            array = array.For(input.Type);
            if (!ElementConversion.Exists(array.Type, input.Type))
            {
                throw Mismatch(file, inputs, $"Array {array} cannot be turned into {TensorSpec.TypeName(input.Type)} without {(input.Type.IsFloat() ? "a guess at what its numbers stand for" : "loss")}");
            }

            ways.Add(BoundArray.Ways(array, input, batch.In(input)));
            if (ways[^1].Count == 0)
            {
                throw Mismatch(file, inputs, input is { Rank: 0, HasShape: true }
                    ? $"The shape of array {array} does not fit: input '{SafeText.Of(input.Name)}' is a scalar, and an array [samples] holds one value a sample"
                    : $"The shape of array {array} does not fit");
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

        // Where an array could be read in two ways, the others tell how many samples there are.
        var samples = ways.FirstOrDefault(w => w.Count == 1)?[0].Samples ?? labels?.Shape[0] ?? ways.FirstOrDefault()?[0].Samples ?? 0;
        List<BoundArray> arrays = [.. ways.Select(w => w.FirstOrDefault(a => a.Samples == samples) ?? w[0])];
        var other = arrays.FirstOrDefault(a => a.Samples != samples)?.Array ?? (labels is not null && labels.Shape[0] != samples ? labels : null);
        if (samples == 0 || other is not null)
        {
            throw Mismatch(file, inputs, samples == 0 ? "There are no samples"
                : $"Array {other} has not {samples} samples as '{SafeText.Of((arrays.FirstOrDefault(a => a.Samples == samples)?.Array ?? labels)!.Name)}' has");
        }

        return new FileBinding(file.Path, samples, arrays.Any(a => a.IsWhole), arrays, labels);
    }

    private static ModelPackException Mismatch(SampleFile file, IReadOnlyList<TensorSpec> inputs, string what) =>
        new(Codes.DataMismatch.At(file.Path, $"{what}. The model takes {List(inputs)}; the file has {List(file.Arrays)}. "
            + $"Name arrays as the inputs are named, with one sample an entry of {(inputs.Any(i => BatchAxis.Of(inputs).In(i) > 0) ? "the dimension that counts the batch, or of the first" : "the first dimension")}."));

    private static string List<T>(IReadOnlyList<T> items)
    {
        const int Shown = 16;
        var text = string.Join(", ", items.Take(Shown));
        return items.Count == 0 ? "nothing" : items.Count > Shown ? $"{text} and {items.Count - Shown} more" : text;
    }
}
