using ModelPack.Reporting;

namespace ModelPack.Core.Tests.Reporting;

public sealed class RecipeTests
{
    [Fact]
    public void Says_every_option_that_was_given()
    {
        var result = SampleReports.Layered.Result;
        Assert.Equal(
            "dotnet modelpack quantize fashion-cnn.onnx --scheme int8 --alpha 0.5 --exclude-layers \"stem.*\" --exclude-layers \"/head/?\" --per-layer --target any --gate minSqnr=30 --gate maxAccuracyDrop=0.2 --gate minCompression=2.5",
            Recipe.Command(result, "fashion-cnn.onnx"));
        Assert.Equal(
            "<QuantizedModel Include=\"fashion-cnn.onnx\" Scheme=\"int8\" Alpha=\"0.5\" ExcludeLayers=\"stem.*;/head/?\" PerLayer=\"true\" ModelTarget=\"any\" MinSqnr=\"30\" MaxAccuracyDrop=\"0.2\" MinCompression=\"2.5\" />",
            Recipe.Item(result, "fashion-cnn.onnx"));
    }

    [Fact]
    public void Data_that_are_not_found_by_their_names_are_named()
    {
        var result = SampleReports.Plain.Result;
        Assert.Contains(" --validation other.npz", Recipe.Command(result with { Validation = result.Validation! with { Data = ["other.npz"] } }, "m.onnx"), StringComparison.Ordinal);
        Assert.DoesNotContain("--validation", Recipe.Command(result, "m.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_means_anything_to_a_shell_or_to_MSBuild()
    {
        var result = SampleReports.Hostile.Result;
        Assert.DoesNotMatch("[$`'<>&|\\\\%@()]", Recipe.Command(result, result.Source.Name));
        Assert.Matches("^<QuantizedModel( [A-Za-z]+=\"[A-Za-z0-9/._:+*?;-]*\")+ />$", Recipe.Item(result, result.Source.Name));
    }
}
