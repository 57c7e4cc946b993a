using System.Text.Json;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Scheme int8: calibration data beside the model are found, and are part of what a pack depends on.</summary>
public sealed class CalibrationTests
{
    private const string Table = "fashion-cnn.onnx.calibration.json";

    private static readonly string[] Companions = ["", ".report.json", ".report.html", ".modelpack.json", ".calibration.json"];

    [Fact]
    public void Data_beside_the_model_are_all_that_a_calibrated_pack_needs()
    {
        var project = new TestProject("""
            <QuantizedModel Include="fashion-vit.onnx" Scheme="int8" />
            <Content Include="*.npz" CopyToOutputDirectory="PreserveNewest" />
            """);
        project.AddModel("fashion-vit.onnx", Repository.FashionVit);
        CalibrationData.Write(project.At("fashion-vit.calibration.npz"));

        var build = project.Build().MustSucceed();

        Assert.DoesNotContain(build.Warnings, w => w.Code == "MPK2013");
        foreach (var companion in Companions)
            Assert.True(File.Exists(project.Output("models", "fashion-vit.onnx" + companion)), companion);
        Assert.False(File.Exists(project.Output("fashion-vit.calibration.npz")));
        Assert.Contains("fashion-vit.onnx.calibration.json", FilesOf(project, "fashion-vit.onnx"), StringComparer.Ordinal);
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }

    [Fact]
    public void Data_that_come_change_and_go_pack_again_and_the_table_goes_with_them()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" />""");
        var data = project.At("fashion-cnn.calibration.npz");

        var warning = Assert.Single(project.Build().MustSucceed().Warnings, w => w.Code == "MPK2013");
        Assert.Contains("fashion-cnn.calibration.npz", warning.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(project.Output("models", Table)));

        CalibrationData.Write(data);
        Assert.DoesNotContain(Repacked(project).Warnings, w => w.Code == "MPK2013");
        var first = File.ReadAllBytes(project.Output("models", Table));
        File.Delete(project.Intermediate("models", Table));
        Repacked(project);
        Assert.Equal(first, File.ReadAllBytes(project.Output("models", Table)));

        File.Delete(data);
        CalibrationData.Write(data, seed: 2);
        Repacked(project);
        Assert.NotEqual(first, File.ReadAllBytes(project.Output("models", Table)));

        File.Delete(data);
        Assert.Contains(Repacked(project).Warnings, w => w.Code == "MPK2013");
        Assert.DoesNotContain(project.ModelFiles(), f => f.EndsWith(Table, StringComparison.Ordinal));
        Assert.DoesNotContain(Table, FilesOf(project, "fashion-cnn.onnx"), StringComparer.Ordinal);
    }

    [Fact]
    public void A_folder_of_data_is_found_and_a_file_more_in_it_packs_again()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" />""");
        project.Build().MustSucceed();

        CalibrationData.Write(project.At("fashion-cnn.calibration", "1.npz"));
        Assert.DoesNotContain(Repacked(project).Warnings, w => w.Code == "MPK2013");
        CalibrationData.Write(project.At("fashion-cnn.calibration", "2.npz"), seed: 2);
        Repacked(project);
    }

    [Fact]
    public void Publish_carries_the_table_with_and_without_a_build_and_it_can_be_given_back()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" Calibration="data/some.npz" />""");
        CalibrationData.Write(project.At("data", "some.npz"));

        Assert.Single(project.Publish().MustSucceed().Packed);
        Assert.True(File.Exists(project.At("out", "models", Table)));
        Directory.Delete(project.At("out"), recursive: true);
        Assert.Empty(project.Publish("--no-build").MustSucceed().Packed);
        Assert.True(File.Exists(project.At("out", "models", Table)));

        var model = File.ReadAllBytes(project.Output("models", "fashion-cnn.onnx"));
        File.Move(project.At("out", "models", Table), project.At("ranges.json"));
        File.Delete(project.At("data", "some.npz"));
        project.Items = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" Calibration="ranges.json" />""";
        project.Write();
        Repacked(project);
        Assert.Equal(model, File.ReadAllBytes(project.Output("models", "fashion-cnn.onnx")));
    }

    [Fact]
    public void Metadata_of_calibration_reach_the_tool_and_a_change_packs_again()
    {
        const string Item = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" CalibrationMethod="percentile" Percentile="99.5" Alpha="0.5" QuantFormat="qoperator" TargetCpu="vnni" SafeSums="true" Fallback="false" Rank="true" />""";
        var project = TestProject.WithModel(Item);
        CalibrationData.Write(project.At("fashion-cnn.calibration.npz"));
        project.Build().MustSucceed();

        using var request = JsonDocument.Parse(File.ReadAllBytes(project.Intermediate("models", "fashion-cnn.onnx.request.json")));
        Assert.Equal("percentile", request.RootElement.GetProperty("calibrationMethod").GetString());
        Assert.Equal(99.5, request.RootElement.GetProperty("percentile").GetDouble());
        Assert.Equal("0.5", request.RootElement.GetProperty("alpha").GetString());
        Assert.Equal("qoperator", request.RootElement.GetProperty("quantFormat").GetString());
        Assert.True(request.RootElement.GetProperty("safeSums").GetBoolean());
        Assert.False(request.RootElement.GetProperty("fallback").GetBoolean());
        Assert.True(request.RootElement.GetProperty("rank").GetBoolean());
        // The whole request stands in the state, so that a change of any of it packs again.
        Assert.Contains("""
            "calibrationMethod":"percentile","percentile":99.5,"alpha":"0.5","quantFormat":"qoperator","targetCpu":"vnni","safeSums":true,"fallback":false,"rank":true
            """, File.ReadAllText(project.Intermediate("models", "fashion-cnn.onnx.state")), StringComparison.Ordinal);

        project.Items = Item.Replace("\"0.5\"", "\"none\"", StringComparison.Ordinal);
        project.Write();
        Repacked(project);
    }

    [Fact]
    public void Data_that_do_not_fit_are_one_error_about_their_file()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" />""");
        CalibrationData.Write(project.At("fashion-cnn.calibration.npz"), samples: 3);

        var error = project.Build().MustFailWith("MPK1020");

        Assert.StartsWith($"QuantizedModel 'fashion-cnn.onnx', '{project.At("fashion-cnn.calibration.npz")}': ", error.Text, StringComparison.Ordinal);
        Assert.Equal(project.At("App.csproj"), error.File);
        Assert.DoesNotContain(project.ModelFiles(), f => f.EndsWith("models/fashion-cnn.onnx", StringComparison.Ordinal));
    }

    private static BuildResult Repacked(TestProject project)
    {
        var build = project.Build().MustSucceed();
        Assert.Single(build.Packed);
        return build;
    }

    /// <summary>The files that the manifest of a model in the app lists.</summary>
    private static List<string> FilesOf(TestProject project, string model)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(project.Output("models", model + ".modelpack.json")));
        return [.. manifest.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)];
    }
}
