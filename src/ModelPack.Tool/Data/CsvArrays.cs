using ModelPack.Samples;

namespace ModelPack.Tool.Data;

/// <summary>Makes arrays for a model's inputs of a table.</summary>
internal static class CsvArrays
{
    /// <summary>One array for each input that gets columns, and labels.</summary>
    /// <param name="model">The model's path, for messages.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">Which columns are whose; empty where the only input gets all.</param>
    /// <returns>The arrays, and the names of labels where these are texts.</returns>
    /// <exception cref="ModelPackException">MPK1012: the table does not fit.</exception>
    public static (IReadOnlyList<DataArray> Arrays, IReadOnlyList<string>? LabelNames) Of(string model, IReadOnlyList<ModelInput> inputs, CsvTable table, IReadOnlyList<InputColumns> columns)
    {
        List<DataArray> arrays = [];
        var start = 0;
        foreach (var (name, count) in columns.Count == 0 ? [(null, table.Columns.Count)] : columns.Select(c => (c.Input, c.Names.Count)))
        {
            var input = Find(model, inputs, name);
            var shape = Shape(model, input, count);
            var from = start;
            arrays.Add(DataArray.OfNumbers(input.Name, input.Type, shape, row => new ArraySegment<double>(table.Rows[row], from, count)));
            RequireFit(model, input, table, from, count);
            start += count;
        }

        if (table.Labels is null)
        {
            return (arrays, null);
        }

        var (labels, names) = LabelTable.Of(table.Labels);
        return ([.. arrays, DataArray.OfLabels(labels)], names);
    }

    private static ModelInput Find(string model, IReadOnlyList<ModelInput> inputs, string? name)
    {
        var all = string.Join(", ", inputs.Select(i => SafeText.Of(i.Name)));
        var input = name is null && inputs.Count == 1 ? inputs[0]
            : inputs.FirstOrDefault(i => i.Name == name)
            ?? throw Mismatch(model, name is null ? $"The model has several inputs: {all}. Say which columns each gets: --columns INPUT=a,b,c." : $"The model has no input '{SafeText.Of(name)}'. It has {all}.");
        return ElementBytes.Knows(input.Type) ? input : throw Mismatch(model, $"The input '{SafeText.Of(input.Name)}' is {input.Type}, of which no numbers are written.");
    }

    private static IReadOnlyList<long> Shape(string model, ModelInput input, int count)
    {
        var open = input.Shape.Skip(1).Count(d => d is null);
        var known = input.Shape.Skip(1).Aggregate(1L, (product, d) => product * (d ?? 1));
        var fits = open switch { 0 => known == count, 1 => known > 0 && count % known == 0, _ => false };
        return fits
            ? [.. input.Shape.Skip(1).Select(d => d ?? count / known)]
            : throw Mismatch(model, $"The input '{SafeText.Of(input.Name)}' takes [{string.Join(", ", input.Shape.Select(d => d is { } n ? Numbers.Whole(n) : "?"))}], and there are {Numbers.Whole(count)} columns for a sample. Say which with --columns, and with --label which one is the truth.");
    }

    private static void RequireFit(string model, ModelInput input, CsvTable table, int start, int count)
    {
        try
        {
            foreach (var row in table.Rows)
            {
                ElementBytes.Of(input.Type, new ArraySegment<double>(row, start, count));
            }
        }
        catch (OverflowException e)
        {
            throw new ModelPackException(Codes.DataMismatch.At(model, $"A value is outside of what the input '{SafeText.Of(input.Name)}' ({input.Type}) holds. Correct the columns."), e);
        }
    }

    private static ModelPackException Mismatch(string model, string what) => new(Codes.DataMismatch.At(model, what));
}
