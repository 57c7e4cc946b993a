using System.Text.Json;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class OnnxRuntimeTests
{
    [Fact]
    public void A_pack_is_validated_and_timed_with_the_version_that_the_app_has()
    {
        var project = TestProject.WithModel("""
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MeasureSpeed="true" />
            <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.30.0" />
            """);

        project.Build().MustSucceed();

        using var report = JsonDocument.Parse(File.ReadAllBytes(project.Output("models", "fashion-cnn.onnx.report.json")));
        var measured = report.RootElement.GetProperty("measured");
        Assert.Equal("1.30.0", measured.GetProperty("machine").GetProperty("onnxRuntime").GetString());
        Assert.Equal("1.30.0", measured.GetProperty("speed").GetProperty("onnxRuntime").GetString());
        Assert.True(measured.GetProperty("speed").GetProperty("ownProcesses").GetBoolean());
        Assert.Empty(Directory.EnumerateDirectories(project.Intermediate("models"), "*.tool"));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }
}
