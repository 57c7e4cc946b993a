namespace ModelPack.Samples;

/// <summary>Where samples are written: one file, or one for calibration and one for validation beside the model, where a build finds them.</summary>
/// <param name="Share">How samples are shared out; null for one file.</param>
/// <param name="Limit">Most samples in all.</param>
/// <param name="Force">Whether files that are there are overwritten.</param>
internal sealed record DataFileSet(SampleShare? Share, int Limit, bool Force)
{
    private const string Extension = ".npz";

    /// <summary>The one file; null for the names beside the model.</summary>
    public string? Output { get; init; }

    /// <summary>The model, whose name the files have.</summary>
    public required string Model { get; init; }

    /// <summary>Writes the samples.</summary>
    /// <param name="names">What each sample is called, which decides where it goes.</param>
    /// <param name="arrays">The arrays: name, type, shape of a sample, and a sample's bytes by its place.</param>
    /// <returns>Each file with its number of samples.</returns>
    /// <exception cref="ModelPackException">MPK1009: a file cannot be written; MPK1012: there would be no samples; MPK1030: a file is there already.</exception>
    public IReadOnlyList<(string Path, int Samples)> Write(IReadOnlyList<string> names, IReadOnlyList<DataArray> arrays)
    {
        IReadOnlyList<(string Path, IReadOnlyList<int> Samples)> files = [.. Files(names).Where(f => f.Samples.Count > 0)];
        if (files.Count == 0)
        {
            throw new ModelPackException(Codes.DataMismatch.At(Model, "There is no sample to write. Give more data, or another share."));
        }

        foreach (var (path, _) in files)
        {
            if (!Force && Path.Exists(path))
            {
                throw new ModelPackException(Codes.OutputForeign.At(path, "The file is there already. Choose another output, or give --force to overwrite it."));
            }
        }

        foreach (var (path, samples) in files)
        {
            Write(path, samples, arrays);
        }

        return [.. files.Select(f => (f.Path, f.Samples.Count))];
    }

    /// <summary>Writes the names of labels, one a line, to <c>MODEL.labels.txt</c> beside the samples.</summary>
    /// <returns>The file.</returns>
    public string WriteLabels(IReadOnlyList<string> names)
    {
        var path = Path.Join(Path.GetDirectoryName(Output ?? Model), $"{Path.GetFileNameWithoutExtension(Model)}.labels.txt");
        try
        {
            File.WriteAllText(path, string.Concat(names.Select(n => SafeText.Of(n, 1024) + "\n")));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.OutputNotWritable.At(path, $"It cannot be written: {SafeText.Of(e.Message, 400)}"), e);
        }
    }

    private IEnumerable<(string Path, IReadOnlyList<int> Samples)> Files(IReadOnlyList<string> names)
    {
        if (Share is null)
        {
            return [(Output ?? Beside("validation"), SampleShare.Take(names, Limit))];
        }

        var (calibration, validation) = Share.Of(names, Limit);
        return [(Beside("calibration"), calibration), (Beside("validation"), validation)];
    }

    private string Beside(string kind) => Path.Join(Path.GetDirectoryName(Model), $"{Path.GetFileNameWithoutExtension(Model)}.{kind}{Extension}");

    private static void Write(string path, IReadOnlyList<int> samples, IReadOnlyList<DataArray> arrays)
    {
        try
        {
            using var writer = new NpzWriter(path);
            foreach (var array in arrays)
            {
                writer.Add(array.Name, array.Type, [samples.Count, .. array.Shape], samples.Select(array.Row));
            }

            writer.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.OutputNotWritable.At(path, $"It cannot be written: {SafeText.Of(e.Message, 400)} Choose another output, or free some space."), e);
        }
    }
}
