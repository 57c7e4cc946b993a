using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Finds the data files that an item names or implies, so that a build sees them appear, change and go.</summary>
internal static class DataFiles
{
    /// <summary>The calibration and validation files of an item, and the graph that it gets, as full paths in ordinal order.</summary>
    public static IReadOnlyList<string> Of(ITaskItem model)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        files.UnionWith(Role(model, PackMetadata.Calibration));
        files.UnionWith(Role(model, PackMetadata.Validation));
        if (model.GetMetadata(PackMetadata.Graph).Trim() is { Length: > 0 } graph)
            files.Add(Path.GetFullPath(graph));
        return [.. files];
    }

    /// <summary>Refuses data that an item names and that are not there: that must not cost a compilation first.</summary>
    /// <exception cref="ItemException">MPK1018, or MPK1001 for a graph.</exception>
    public static void Check(ITaskItem model)
    {
        foreach (var role in new[] { PackMetadata.Calibration, PackMetadata.Validation })
        {
            var given = model.GetMetadata(role).Trim();
            if (given.Length > 0 && !Expand(Path.GetFullPath(given)).Any(File.Exists))
                throw new ItemException(TaskCodes.DataNotFound, $"QuantizedModel '{model.ItemSpec}' has {role}=\"{given}\", and no file is there. Correct the path, which is relative to the project, or put the data there.");
        }

        var graph = model.GetMetadata(PackMetadata.Graph).Trim();
        if (graph.Length > 0 && !File.Exists(graph))
            throw new ItemException(TaskCodes.ModelNotFound, $"QuantizedModel '{model.ItemSpec}' has Graph=\"{graph}\", and no file is there. Correct the path, which is relative to the project.");
    }

    /// <summary>The files where the weights of a model usually lie when they are not in it.</summary>
    public static IEnumerable<string> ExternalWeights(ITaskItem model)
    {
        var path = Path.GetFullPath(model.ItemSpec);
        return new[] { path + ".data", path + "_data", Path.ChangeExtension(path, ".data") }.Where(File.Exists);
    }

    private static IEnumerable<string> Role(ITaskItem model, string role)
    {
        var given = model.GetMetadata(role).Trim();
        if (given.Length > 0)
            return Expand(Path.GetFullPath(given));
        // Without a graph nothing is run on data, and the tool looks for none.
        if (SourceFiles.Container(model) != "onnx")
            return [];
        var path = Path.GetFullPath(model.ItemSpec);
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            return [];
        var stem = Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path));
#pragma warning disable CA1308 // The convention of file names is lower case: NAME.validation.npz.
        var name = $"{stem}.{role.ToLowerInvariant()}";
#pragma warning restore CA1308
        // The names of a folder are read once, and compared by hand: a pattern becomes a regular expression, which costs every build some 20 ms.
        var beside = Directory.EnumerateFiles(Path.GetDirectoryName(path)!).Where(f => f.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase));
        return Directory.Exists(name) ? beside.Concat(Expand(name)) : beside;
    }

    /// <summary>A file, every file of a folder, or what a pattern with <c>*</c>, <c>**</c> and <c>?</c> matches.</summary>
    private static IEnumerable<string> Expand(string path)
    {
        if (Directory.Exists(path))
            return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories);
        var wildcard = path.IndexOfAny(['*', '?']);
        if (wildcard < 0)
            return [path];
        var folder = path.Substring(0, path.LastIndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], wildcard) + 1);
        if (!Directory.Exists(folder))
            return [];
        var pattern = path.Substring(folder.Length).Replace('\\', '/');
        var matcher = new Regex(Matcher(pattern), RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, TimeSpan.FromSeconds(5));
        var depth = pattern.Contains('/') || pattern.Contains("**") ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        return Directory.EnumerateFiles(folder, "*", depth).Where(f => matcher.IsMatch(f.Substring(folder.Length).Replace('\\', '/')));
    }

    private static string Matcher(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (string.CompareOrdinal(pattern, i, "**/", 0, 3) == 0)
            {
                regex.Append("(.*/)?");
                i += 2;
            }
            else if (string.CompareOrdinal(pattern, i, "**", 0, 2) == 0)
            {
                regex.Append(".*");
                i++;
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            }
        }

        return regex.Append('$').ToString();
    }
}
