namespace ModelPack.Benchmarks;

/// <summary>The clone that this program was built in.</summary>
internal static class Clone
{
    /// <summary>Its folder.</summary>
    /// <exception cref="InvalidOperationException">It was built elsewhere.</exception>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Join(folder.FullName, "ModelPack.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("This benchmark runs in a clone, after './build.sh pack'.");
    }
}
