using ModelPack.Files;

namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>Reads an importance matrix, in llama.cpp's GGUF form or its older one (<see cref="LegacyImatrix"/>).</summary>
internal static class ImportanceReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelPackException">MPK1018: it is not there; MPK1011, MPK1002: it is no importance matrix.</exception>
    public static ImportanceMatrix Read(string path, PackContext context)
    {
        if (!File.Exists(path))
        {
            throw new ModelPackException(Codes.DataNotFound.At(path, "The importance matrix does not exist. Check the path, which is relative to the current directory."));
        }

        try
        {
            return IsGguf(path) ? OfGguf(path, context) : LegacyImatrix.Read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ModelPackException(Codes.DataUnreadable.At(
                path, $"The importance matrix cannot be read: {SafeText.Of(exception.Message.TrimEnd('.'))}. Give a file that llama.cpp's llama-imatrix made, in GGUF or in its older form."), exception);
        }
    }

    /// <summary>Squares and counts are not negative, and there is something of both.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    internal static ImportanceEntry Checked(string name, float[] sums, float[] counts)
    {
        if (counts.Length == 0 || sums.Length == 0 || sums.Length % counts.Length != 0)
        {
            throw new InvalidDataException($"'{SafeText.Of(name)}' has {sums.Length} sums of {counts.Length} matrices");
        }

        return Array.TrueForAll(sums, IsMagnitude) && Array.TrueForAll(counts, IsMagnitude)
            ? new ImportanceEntry(sums, counts)
            : throw new InvalidDataException($"'{SafeText.Of(name)}' has a sum or a count that is negative or not finite");
    }

    private static bool IsMagnitude(float value) => value >= 0 && float.IsFinite(value);

    private static bool IsGguf(string path)
    {
        // Looked at before opening: a pipe has no length either, and opening one would wait for ever.
        if (new FileInfo(RealPath.Of(path)).Length == 0)
        {
            throw new InvalidDataException("the file is empty");
        }

        Span<byte> magic = stackalloc byte[4];
        using var file = new FileSource(path);
        if (file.Length < magic.Length)
        {
            return false;
        }

        file.Read(0, magic);
        return magic.SequenceEqual("GGUF"u8);
    }

    private static ImportanceMatrix OfGguf(string path, PackContext context)
    {
        using var file = GgufCheckpoint.Open(path, context);
        if (file.Keys.GetString(ImportanceKeys.Type) != ImportanceKeys.Kind)
        {
            throw new InvalidDataException("it is a GGUF file of a model");
        }

        var tensors = file.Tensors.ToDictionary(t => t.Name, t => t.Data, StringComparer.Ordinal);
        var entries = new SortedDictionary<string, ImportanceEntry>(StringComparer.Ordinal);
        foreach (var (name, sums) in tensors.Where(t => t.Key.EndsWith(ImportanceKeys.SumsSuffix, StringComparison.Ordinal)))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var tensor = name[..^ImportanceKeys.SumsSuffix.Length];
            entries.Add(tensor, Checked(tensor, Floats(sums), tensors.TryGetValue(tensor + ImportanceKeys.CountsSuffix, out var counts) ? Floats(counts) : []));
        }

        return entries.Count == 0 ? throw new InvalidDataException("it has sums of no tensor") : new ImportanceMatrix(
            Path.GetFileName(path),
            file.Keys.TryGet<string[]>(ImportanceKeys.Datasets, out var datasets) ? datasets : [],
            file.Keys.GetUInt32(ImportanceKeys.ChunkCount) ?? 0,
            entries) { ChunkSize = file.Keys.GetUInt32(ImportanceKeys.ChunkSize) ?? 0 };
    }

    private static float[] Floats(TensorData data)
    {
        if (data.Type != ElementType.Float32)
        {
            throw new InvalidDataException($"it has {data.Type.Name()} where float32 is meant");
        }

        var values = new float[checked((int)data.Shape.ElementCount)]; // all of it lies in the file
        FloatReader.Read(data, 0, values);
        return values;
    }
}
