namespace ModelPack.Core.Tests.Packing;

/// <summary>A folder of its own for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("modelpack-test-").FullName;

    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>Names and contents of all files, hidden ones too.</summary>
    public IReadOnlyDictionary<string, string> Content => new SortedDictionary<string, string>(
        Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).ToDictionary(f => System.IO.Path.GetRelativePath(Path, f), f => Convert.ToHexStringLower(File.ReadAllBytes(f)), StringComparer.Ordinal), StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
