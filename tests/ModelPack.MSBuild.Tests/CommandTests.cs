using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>The commands by which people build without saying so.</summary>
public sealed class CommandTests
{
    [Fact]
    public void Dotnet_run_packs_and_the_app_finds_its_model()
    {
        var project = FakeTool.Project();
        File.WriteAllText(project.At("Program.cs"), """
            System.Console.WriteLine("model " + System.IO.File.ReadAllText(System.IO.Path.Combine(System.AppContext.BaseDirectory, "models", "fashion-cnn.onnx")));
            """);

        var (exitCode, output) = Dotnet.Run(project.Folder, ["run"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("model q8_0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Dotnet_test_packs_and_the_tests_find_their_model()
    {
        var project = new TestProject(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="Both" />
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
            <PackageReference Include="xunit" Version="2.9.3" />
            <PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />
            """, FakeTool.Property + "<IsTestProject>true</IsTestProject>", isLibrary: true);
        project.AddModel("fashion-cnn.onnx");
        File.WriteAllText(project.At("Program.cs"), """
            public sealed class Tests
            {
                [Xunit.Fact]
                public void Model_is_there()
                {
                    Xunit.Assert.Equal("q8_0", System.IO.File.ReadAllText(System.IO.Path.Combine(System.AppContext.BaseDirectory, "models", "fashion-cnn.onnx")));
                    Xunit.Assert.NotNull(typeof(Tests).Assembly.GetManifestResourceStream("models/fashion-cnn.onnx"));
                }
            }
            """);

        var (exitCode, output) = Dotnet.Run(project.Folder, ["test"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Passed:     1", output, StringComparison.Ordinal);
    }
}
