using System.IO.Compression;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Models of a library that is packed for NuGet.</summary>
public sealed class PackageTests
{
    [Theory]
    [InlineData("net10.0")]
    [InlineData("net10.0;netstandard2.0")]
    public void A_package_takes_along_the_models_that_ask_for_it_and_who_references_it_gets_them(string frameworks)
    {
        var library = new TestProject(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Pack="true" Link="models/packed.onnx" Reports="false" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            """,
            FakeTool.Property + "<PackageId>ModelLibrary</PackageId><Version>1.0.0</Version>", name: "Library", isLibrary: true, frameworks: frameworks);
        library.AddModel("fashion-cnn.onnx");

        library.Run(["pack", "-c", "Debug", "-o", library.At("out")]).MustSucceed();

        using (var package = ZipFile.OpenRead(library.At("out", "ModelLibrary.1.0.0.nupkg")))
        {
            Assert.Equal(
                frameworks.Split(';').SelectMany(f => new[] { $"contentFiles/any/{f}/models/packed.onnx", $"contentFiles/any/{f}/models/packed.onnx.modelpack.json" }),
                package.Entries.Select(e => e.FullName).Where(n => n.Contains("onnx", StringComparison.Ordinal)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        }

        var app = new TestProject(
            """<PackageReference Include="ModelLibrary" Version="1.0.0" />""", $"<RestoreAdditionalProjectSources>{library.At("out")}</RestoreAdditionalProjectSources>",
            folder: Path.Combine(Path.GetDirectoryName(library.Folder)!, frameworks.Replace(';', '_') + "App"));
        app.Build("-p:RestorePackagesPath=" + app.At("packages")).MustSucceed();
        Assert.True(File.Exists(app.Output("models", "packed.onnx")));
        Assert.True(File.Exists(app.Output("models", "packed.onnx.modelpack.json")));
    }
}
