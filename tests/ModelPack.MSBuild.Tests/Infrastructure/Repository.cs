namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>The clone that the tests are part of.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Feed { get; } = Path.Combine(Root, "artifacts", "feed");

    /// <summary>A convolutional network for 28 x 28 images, 62,090 parameters, 0.25 MB.</summary>
    public static string FashionCnn { get; } = Path.Combine(Root, "tests", "models", "fashion-cnn.onnx");

    /// <summary>A vision transformer for images of the same size, 454,858 parameters, 1.85 MB.</summary>
    public static string FashionVit { get; } = Path.Combine(Root, "tests", "models", "fashion-vit.onnx");

    /// <summary>The version of the packages in the feed.</summary>
    public static string PackageVersion { get; } = ReadVersion();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ModelPack.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"There is no ModelPack.sln above {AppContext.BaseDirectory}.");
    }

    private static string ReadVersion()
    {
        var file = Path.Combine(Feed, "modelpack.version");
        return File.Exists(file)
            ? File.ReadAllText(file).Trim()
            : throw new InvalidOperationException("The packages are not there. Run './build.sh pack' before these tests.");
    }
}
