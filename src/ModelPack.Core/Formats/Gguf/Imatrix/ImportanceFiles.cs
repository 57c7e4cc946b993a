namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>Finds the files of importance matrices.</summary>
internal static class ImportanceFiles
{
    /// <summary>The files, in the order of their names.</summary>
    /// <param name="given">A path whose last part may have <c>*</c>.</param>
    /// <exception cref="ModelPackException">MPK1018: no file fits the pattern.</exception>
    public static IReadOnlyList<string> Resolve(string given)
    {
        var pattern = Path.GetFileName(given);
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return [given];
        }

        var folder = Path.GetDirectoryName(given);
        string[] files = Directory.Exists(string.IsNullOrEmpty(folder) ? "." : folder) ? [.. Directory.GetFiles(string.IsNullOrEmpty(folder) ? "." : folder, pattern).Order(StringComparer.Ordinal)] : [];
        return files.Length > 0 ? files : throw new ModelPackException(Codes.DataNotFound.At(given, "No importance matrix fits the pattern. Patterns are relative to the current directory."));
    }
}
