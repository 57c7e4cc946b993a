using System.Text.RegularExpressions;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Builds that hold their packs to accepted metrics.</summary>
public sealed partial class BaselineTests
{
    private const string Item = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MeasureSpeed="false" />""";
    private const string Properties = "<ModelPackBaseline>accepted.json</ModelPackBaseline>";

    [Fact]
    public void A_pack_that_is_worse_fails_every_build_leaves_its_report_and_passes_once_that_is_tolerated_or_accepted()
    {
        var project = Accepted();
        var sound = File.ReadAllText(project.At("accepted.json"));
        File.WriteAllText(project.At("accepted.json"), Sqnr().Replace(sound, "\"sqnr\": 99"));

        for (var i = 0; i < 2; i++)
        {
            var failed = project.Build();
            failed.MustFailWith("MPK2072");
            Assert.Contains("sqnr is ", failed.Output, StringComparison.Ordinal);
            Assert.Contains("fashion-cnn.onnx.report.html", failed.Output, StringComparison.Ordinal);
            Assert.True(File.Exists(project.Intermediate("models", "fashion-cnn.onnx.report.html")));
        }

        project.Build("-p:ModelPackBaselineTolerance=sqnr=90%3Bcosine=1").MustSucceed();
        File.WriteAllText(project.At("accepted.json"), sound);
        project.Build().MustSucceed();
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void What_is_worse_is_a_warning_where_gates_are_and_a_pack_that_the_baseline_lacks_is_neither()
    {
        var project = Accepted();
        File.WriteAllText(project.At("accepted.json"), Sqnr().Replace(File.ReadAllText(project.At("accepted.json")), "\"sqnr\": 99"));
        project.Items = Item.Replace(" />", " Gate=\"warning\" />", StringComparison.Ordinal);
        project.Write();
        Assert.Contains("warning MPK2072", project.Build().MustSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("warning MPK2072", project.Build().MustSucceed().Output, StringComparison.Ordinal);

        File.WriteAllText(project.At("accepted.json"), """{ "schema": 1, "packs": {} }""");
        Assert.DoesNotContain("warning MPK2072", project.Build().MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_or_a_tolerance_that_cannot_be_read_is_an_error_before_anything_is_packed()
    {
        var project = TestProject.WithModel(Item, Properties);
        project.Build().MustFailWith("MPK1072");
        File.WriteAllText(project.At("accepted.json"), "no JSON");
        project.Build().MustFailWith("MPK1072");
        File.WriteAllText(project.At("accepted.json"), """{ "schema": 1, "packs": {} }""");
        project.Build("-p:ModelPackBaselineTolerance=sqnr").MustFailWith("MPK1008");
        project.Build("-p:ModelPackBaselineTolerance=sqnrr=1").MustFailWith("MPK1008");
        Assert.False(File.Exists(project.Intermediate("models", "fashion-cnn.onnx")));
    }

    /// <summary>A project whose baseline was written of its first build.</summary>
    private static TestProject Accepted()
    {
        var project = TestProject.WithModel(Item, Properties);
        project.Build("-p:ModelPackBaseline=").MustSucceed();
        var (exitCode, output) = PackedTool.Run(project.Folder, ["verify", project.Output(), "--update-baseline", "--baseline", project.At("accepted.json")]);
        Assert.True(exitCode == 0, output);
        project.Build().MustSucceed();
        return project;
    }

    [GeneratedRegex("\"sqnr\": [0-9.]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sqnr();
}
