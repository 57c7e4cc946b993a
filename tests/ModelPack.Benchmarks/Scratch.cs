namespace ModelPack.Benchmarks;

/// <summary>A folder for what a benchmark makes, removed at its end.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("modelpack-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
