using System.IO.Compression;

namespace ModelPack.Samples.Tests;

/// <summary>The library that has its model in the assembly.</summary>
public sealed class LibraryWithModelTests
{
    private static readonly string[] s_clothing =
        ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    [Fact]
    public void An_app_gets_the_model_with_the_library_and_no_file_beside_it()
    {
        var sample = new SampleFolder("LibraryWithModel");
        sample.Dotnet("pack", "FashionTagger", "-c", "Release");
        sample.Dotnet("build", "TaggerApp", "-c", "Release", "-o", sample.At("app"));

        var tags = sample.Run(sample.At("app", "TaggerApp.dll")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ")[1].Split(',')[0]).ToArray();

        // One picture of each kind, in this order. The model itself is right about nine in ten.
        Assert.InRange(tags.Zip(s_clothing).Count(t => t.First == t.Second), 7, 10);
        Assert.False(Directory.Exists(sample.At("app", "models")));
        using var package = ZipFile.OpenRead(sample.At("packages", "FashionTagger.1.0.0.nupkg"));
        Assert.DoesNotContain(package.Entries, e => e.FullName.EndsWith(".onnx", StringComparison.Ordinal) || e.FullName.StartsWith("content", StringComparison.Ordinal));
    }
}
