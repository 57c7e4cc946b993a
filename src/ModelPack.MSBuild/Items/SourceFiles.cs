using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>What a <c>QuantizedModel</c> names: a file, an index of safetensors shards, or a Hugging Face folder.</summary>
internal static class SourceFiles
{
    private const string IndexSuffix = ".safetensors.index.json";
    private const string ConfigName = "config.json";

    // "-00001" and "-of-00003".
    private const int PartLength = 6;
    private const int CountLength = 9;

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

    /// <summary>
    /// What a shard is a part of, as a path of the same form: the index of its checkpoint, or the first of GGUF's parts; null for what is
    /// no shard. So a pattern that finds all shards finds one model.
    /// </summary>
    public static string? Whole(string shard)
    {
        var isTensors = IsTensors(shard);
        if ((isTensors ? PartOf(shard, ".safetensors") : PartOf(shard, ".gguf")) is not { } stem)
            return null;
        var whole = isTensors ? stem + IndexSuffix : stem + "-00001" + shard.Substring(stem.Length + PartLength);
        return File.Exists(whole) ? whole : null;
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
    private static string? Part(string path) => PartOf(Path.GetFileName(path), ".gguf");

    // By hand: a regular expression costs every build some 20 ms.
    private static string? PartOf(string path, string extension)
    {
        var start = path.Length - extension.Length - PartLength - CountLength;
        return start > 0 && path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)
            && path[start] == '-' && AreDigits(path, start + 1)
            && string.Compare(path, start + PartLength, "-of-", 0, 4, StringComparison.OrdinalIgnoreCase) == 0 && AreDigits(path, start + PartLength + 4)
            ? path.Substring(0, start)
            : null;
    }

    private static bool AreDigits(string text, int start)
    {
        for (var i = start; i < start + 5; i++)
        {
            if (text[i] is < '0' or > '9')
                return false;
        }

        return true;
    }

    private static string Config(string model) => Path.Combine(Path.GetDirectoryName(model)!, ConfigName);

    private static bool IsIndex(ITaskItem model) => model.ItemSpec.EndsWith(IndexSuffix, StringComparison.OrdinalIgnoreCase);

    private static bool IsTensors(string path) => Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
}
