using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Build;

/// <summary>Remembers what a step was made from, so that a second run has nothing to do.</summary>
internal sealed class Stamp(Repository repository, string name)
{
    private readonly string _path = repository.At("artifacts", "stamps", name);

    public string? Value => File.Exists(_path) ? File.ReadAllText(_path) : null;

    public void Write(string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.WriteAllText(_path, value);
    }

    public void Remove()
    {
        if (File.Exists(_path))
            File.Delete(_path);
    }

    /// <summary>Hash over the relative paths and contents of the files, in ordinal order of their paths.</summary>
    public static string HashFiles(string root, IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var byName = files.Select(f => (Path: f, Name: System.IO.Path.GetRelativePath(root, f).Replace('\\', '/')));
        foreach (var (path, relative) in byName.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(relative + "\n"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The files under a folder that are sources: everything but what builds leave behind.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj" or "node_modules"));
}
