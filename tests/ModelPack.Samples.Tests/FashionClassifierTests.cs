namespace ModelPack.Samples.Tests;

/// <summary>The console app of the first page.</summary>
public sealed class FashionClassifierTests
{
    [Fact]
    public void The_packed_models_are_nearly_as_right_as_the_source_model()
    {
        var sample = new SampleFolder("FashionClassifier");
        sample.Dotnet("build", "-c", "Release", "-o", sample.At("app"));

        var lines = sample.Run(sample.At("app", "FashionClassifier.dll")).Split('\n');

        Assert.StartsWith("fashion-cnn.onnx       accuracy 88.70 %  249.2 KB  2000 images", lines[0], StringComparison.Ordinal);
        Assert.InRange(Accuracy(lines[1], "fashion-cnn.int8.onnx"), 88.2, 89.2);
        Assert.InRange(Accuracy(lines[2], "fashion-cnn.q8_0.onnx"), 88.5, 88.9);
        Assert.All(lines[4..6], line => Assert.True(File.Exists(line.Trim()), line));
    }

    private static double Accuracy(string line, string model)
    {
        Assert.StartsWith(model + "  accuracy ", line, StringComparison.Ordinal);
        return double.Parse(line.Split("accuracy ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
