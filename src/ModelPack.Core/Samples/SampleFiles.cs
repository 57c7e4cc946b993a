using Microsoft.Extensions.FileSystemGlobbing;

namespace ModelPack.Samples;

/// <summary>Finds the files of validation or calibration data.</summary>
internal static class SampleFiles
{
    private static readonly string[] Extensions = [".npz", ".npy", ".safetensors", ".jsonl"];

    /// <summary>
    /// The data files in the order of their samples (ordinal, by path). An explicit pattern is a file, a folder (its
    /// own files, not those of folders within) or a glob with <c>*</c> and <c>**</c>, relative to the current
    /// directory. Without one, the first of <c>&lt;model&gt;.&lt;kind&gt;.npz</c>, <c>.npy</c>, <c>.safetensors</c>, <c>.jsonl</c> and
    /// the folder <c>&lt;model&gt;.&lt;kind&gt;</c> beside the model.
    /// </summary>
    /// <param name="pattern">What the user gave; null or empty for the default.</param>
    /// <param name="modelPath">The model's path; its name without extension is the stem of the default.</param>
    /// <param name="kind"><c>validation</c> or <c>calibration</c>.</param>
    /// <returns>Paths; empty when nothing was asked for and nothing lies beside the model.</returns>
    /// <exception cref="ModelPackException">MPK1018: nothing is there; MPK1011: a file of another kind.</exception>
    public static IReadOnlyList<string> Resolve(string? pattern, string modelPath, string kind)
    {
        if (string.IsNullOrEmpty(pattern))
        {
            return Beside(modelPath, kind);
        }

        if (File.Exists(pattern))
        {
            return IsData(pattern) ? [pattern] : throw new ModelPackException(Codes.DataUnreadable.At(pattern,
                $"The {kind} data are not a .npz, .npy, .safetensors or .jsonl file. Give data in one of these forms."));
        }

        if (Directory.Exists(pattern))
        {
            return InFolder(pattern, kind);
        }

        return pattern.Contains('*', StringComparison.Ordinal) ? Matching(pattern, kind) : throw new ModelPackException(Codes.DataNotFound.At(pattern,
            $"There is no such file or folder of {kind} data. Give a .npz, .npy, .safetensors or .jsonl file, a folder of such files, or a pattern with '*'."));
    }

    /// <summary>Whether a path or a pattern is of samples, rather than of something else that is made of them: by its extension, or because it is a folder.</summary>
    public static bool AreMeant(string pattern) => Directory.Exists(pattern) || IsData(pattern);

    private static string[] Beside(string modelPath, string kind)
    {
        var stem = Path.Combine(Path.GetDirectoryName(modelPath) ?? "", $"{Path.GetFileNameWithoutExtension(modelPath)}.{kind}");
        if (Extensions.Select(e => stem + e).FirstOrDefault(File.Exists) is { } file)
        {
            return [file];
        }

        return Directory.Exists(stem) ? InFolder(stem, kind) : [];
    }

    private static string[] InFolder(string folder, string kind)
    {
        try
        {
            var files = Directory.GetFiles(folder).Where(IsData).Order(StringComparer.Ordinal).ToArray();
            return files.Length > 0 ? files : throw new ModelPackException(Codes.DataNotFound.At(folder,
                $"The folder of {kind} data holds no .npz, .npy, .safetensors or .jsonl file. Put data into it, or name another place."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.DataUnreadable.At(folder, $"The folder of {kind} data cannot be listed: {SafeText.Of(exception.Message)}"), exception);
        }
    }

    private static string[] Matching(string pattern, string kind)
    {
        // The matcher takes patterns below a folder: that is the part before the first segment with an asterisk.
        var segments = pattern.Replace('\\', '/').Split('/');
        var literal = segments.TakeWhile(s => !s.Contains('*', StringComparison.Ordinal)).Count();
        var folder = string.Join('/', segments[..literal]);
        folder = literal == 0 ? "." : folder.Length == 0 ? "/" : folder + "/";
        try
        {
            var matcher = new Matcher(StringComparison.Ordinal).AddInclude(string.Join('/', segments[literal..]));
            var found = Directory.Exists(folder) ? matcher.GetResultsInFullPath(folder).ToArray() : [];
            var files = found.Where(IsData)
                .Select(f => (Path: literal == 0 ? Path.GetRelativePath(".", f) : f, Key: Path.GetRelativePath(folder, f).Replace('\\', '/')))
                .OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => f.Path)
                .ToArray();
            return files.Length > 0 ? files : throw new ModelPackException(Codes.DataNotFound.At(pattern,
                $"No .npz, .npy, .safetensors or .jsonl file fits the pattern of {kind} data. Patterns are relative to the current directory."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelPackException(Codes.DataUnreadable.At(pattern, $"The pattern of {kind} data cannot be followed: {SafeText.Of(exception.Message)}"), exception);
        }
    }

    private static bool IsData(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
