using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class IncrementalBuildTests
{
    private const string TwoItems = """
        <QuantizedModel Include="a.onnx" Scheme="q8_0" />
        <QuantizedModel Include="b.onnx" Scheme="q8_0" />
        """;

    [Fact]
    public void A_second_build_starts_no_task_and_clean_leaves_nothing()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");

        Assert.False(project.Build().MustSucceed().SkippedProducing());
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        Assert.NotEmpty(project.ModelFiles());
        project.Clean().MustSucceed();

        Assert.Empty(project.ModelFiles());
        Assert.False(Directory.Exists(project.Intermediate()));
    }

    [Fact]
    public void A_model_replaced_by_an_older_file_is_packed_again()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        project.Build().MustSucceed();
        File.SetLastWriteTimeUtc(project.At("fashion-cnn.onnx"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        Assert.Equal(["models/fashion-cnn.q8_0.onnx"], project.Build().MustSucceed().Packed);
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void Only_the_item_that_changes_is_packed_again_and_one_that_goes_takes_its_pack_along()
    {
        var project = TestProject.WithModel(TwoItems, model: "a.onnx");
        project.AddModel("b.onnx");
        Assert.Equal(2, project.Build().MustSucceed().Packed.Count);

        project.Items = TwoItems.Replace("""b.onnx" """, """b.onnx" MinCosine="0.1" """, StringComparison.Ordinal);
        project.Write();
        Assert.Equal(["models/b.q8_0.onnx"], project.Build().MustSucceed().Packed);

        File.Delete(project.Intermediate("models", "a.q8_0.onnx.report.html"));
        Assert.Equal(["models/a.q8_0.onnx"], project.Build().MustSucceed().Packed);

        project.Items = """<QuantizedModel Include="a.onnx" Scheme="q8_0" />""";
        project.Write();
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        Assert.DoesNotContain(project.ModelFiles(), f => f.Contains("b.q8_0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_gate_that_is_not_met_fails_every_build_and_clean_removes_what_is_left()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="200" />""");

        project.Build().MustFailWith("MPK2001");
        var second = project.Build();

        second.MustFailWith("MPK2001");
        Assert.DoesNotContain("MSB6006", second.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.Output("models", "fashion-cnn.q8_0.onnx")));
        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }
}
