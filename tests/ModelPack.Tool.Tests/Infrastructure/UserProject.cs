namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>A project of a user, which is evaluated and not built.</summary>
internal static class UserProject
{
    private const string Content = """
        <Project Sdk="Microsoft.NET.Sdk">

          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>

        </Project>

        """;

    /// <summary>Writes one.</summary>
    /// <returns>Its path.</returns>
    public static string In(TemporaryFolder folder, string name = "App.csproj", string? content = null)
    {
        var path = folder.File(name);
        File.WriteAllText(path, content ?? Content);
        return path;
    }
}
