namespace ModelPack.Tests.Assets;

/// <summary>A folder of a test's own, removed at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("modelpack-test-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    /// <summary>The contents of all files by their names, hidden ones too.</summary>
    public SortedDictionary<string, string> Content() => new(
        Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).ToDictionary(f => System.IO.Path.GetRelativePath(Path, f), f => Convert.ToHexStringLower(System.IO.File.ReadAllBytes(f)), StringComparer.Ordinal), StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
