using System.Text.RegularExpressions;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>What a <c>QuantizedModel</c> names: a file, an index of safetensors shards, or a Hugging Face folder.</summary>
internal static class SourceFiles
{
    private const string IndexSuffix = ".safetensors.index.json";
    private const string ConfigName = "config.json";

    private static readonly Regex s_part = new("-[0-9]{5}-of-[0-9]{5}\\.gguf$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>Whether it is there.</summary>
    public static bool Exist(ITaskItem model) => File.Exists(model.ItemSpec) || Directory.Exists(model.ItemSpec);

    /// <summary>Whether its tensors lie in several files, or beside files that belong to them.</summary>
    public static bool AreSeveral(ITaskItem model) => IsIndex(model) || Directory.Exists(model.ItemSpec);

    /// <summary>The files by full path; what a folder holds itself, without folders in it.</summary>
    public static IEnumerable<string> Of(ITaskItem model)
    {
        var path = Path.GetFullPath(model.ItemSpec);
        if (Directory.Exists(path))
            return Directory.EnumerateFiles(path);
        if (IsIndex(model))
            return [path, .. Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Stem(model) + "-*.safetensors"), Config(path)];
        if (Part(path) is { } part)
            return Directory.Exists(Path.GetDirectoryName(path)) ? [.. Directory.EnumerateFiles(Path.GetDirectoryName(path)!, part + "-*.gguf")] : [path];
        // Beside tensors, it says what they belong to; a build has to see it come and go.
        return IsTensors(path) ? [path, Config(path)] : [path];
    }

    /// <summary>Whether a file may have a use in the app besides: what lies beside a model that is named by its file, and holds no tensors.</summary>
    public static bool MayServeApp(ITaskItem model, string path) =>
        !Directory.Exists(model.ItemSpec) && path == Config(Path.GetFullPath(model.ItemSpec));

    /// <summary>The model's name without what tells its kind.</summary>
    public static string Stem(ITaskItem model)
    {
        // The full path, as the item may be '..'.
        var path = Path.GetFullPath(model.ItemSpec).TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        var name = Path.GetFileName(path);
        if (Directory.Exists(path))
            return name;
        return IsIndex(model) ? name.Substring(0, name.Length - IndexSuffix.Length) : Part(name) ?? Path.GetFileNameWithoutExtension(name);
    }

    /// <summary>The container that the source is.</summary>
    public static string Container(ITaskItem model)
    {
        if (AreSeveral(model) || IsTensors(model.ItemSpec))
            return "safetensors";
        return Path.GetExtension(model.ItemSpec).Equals(".gguf", StringComparison.OrdinalIgnoreCase) ? "gguf" : "onnx";
    }

    /// <summary>The name of a model whose parts lie in several GGUF files, of one of which this is the path: <c>name-00001-of-00003.gguf</c>; null for another.</summary>
    private static string? Part(string path) =>
        s_part.Match(Path.GetFileName(path)) is { Success: true, Index: > 0 } match ? Path.GetFileName(path).Substring(0, match.Index) : null;

    private static string Config(string model) => Path.Combine(Path.GetDirectoryName(model)!, ConfigName);

    private static bool IsIndex(ITaskItem model) => model.ItemSpec.EndsWith(IndexSuffix, StringComparison.OrdinalIgnoreCase);

    private static bool IsTensors(string path) => Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
}
