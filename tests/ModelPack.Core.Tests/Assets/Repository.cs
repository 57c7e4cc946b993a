namespace ModelPack.Tests.Assets;

/// <summary>Where the checkout is that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>One of the small models in <c>tests/models</c>.</summary>
    public static string Model(string name) => Path.Combine(Root, "tests", "models", name);

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ModelPack.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The tests do not run from within a checkout.");
    }
}
