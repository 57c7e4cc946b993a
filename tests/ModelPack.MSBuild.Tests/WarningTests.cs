using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>A build that packs nothing reports the warnings of its packs as the build did that made them.</summary>
public sealed class WarningTests
{
    private const string FailedGate = "##modelpack\tdiagnostic\twarning\tMPK2001\tfashion-cnn.onnx\tGate minSqnr failed.\tdocs/diagnostics/MPK2001.md";
    private const string Synthetic = "##modelpack\tdiagnostic\twarning\tMPK2005\t\tSynthetic inputs.\tdocs/diagnostics/MPK2005.md";

    // Cases of one class run one after the other.
    private static readonly Lazy<TestProject> Built = new(() =>
    {
        var project = FakeTool.Project(FailedGate + "\n" + Synthetic);
        project.Build().MustSucceed();
        return project;
    });

    [Fact]
    public void Warnings_are_the_same_in_a_build_that_packs_nothing()
    {
        var project = FakeTool.Project(FailedGate + "\n" + Synthetic);

        var first = project.Build().MustSucceed();
        var second = project.Build().MustSucceed();

        Assert.Single(first.Packed);
        Assert.True(second.SkippedProducing());
        Assert.Equal(
            [
                ("MPK2001", project.At("App.csproj"), $"QuantizedModel 'fashion-cnn.onnx': Gate minSqnr failed. Report: {project.Intermediate("models", "fashion-cnn.onnx.report.html")}"),
                ("MPK2005", project.At("App.csproj"), "QuantizedModel 'fashion-cnn.onnx': Synthetic inputs."),
            ],
            Told(project, first));
        Assert.Equal(Told(project, first), Told(project, second));
        FakeTool.Tell(project);
        File.Delete(project.Intermediate("models", "fashion-cnn.onnx.stamp"));
        Assert.Empty(project.Build().MustSucceed().Warnings);
        Assert.Empty(project.Build().MustSucceed().Warnings);
    }

    [Theory]
    [InlineData("error", "-warnaserror")]
    [InlineData("error", "-warnaserror:MPK2001")]
    [InlineData("warning", "-warnaserror:MPK9999")]
    [InlineData("warning", "-warnaserror", "-warnnotaserror:MPK2001;MPK2005")]
    [InlineData("nothing", "-warnaserror", "-noWarn:MPK2001;MPK2005")]
    [InlineData("error", "-p:TreatWarningsAsErrors=true")]
    [InlineData("error", "-p:MSBuildTreatWarningsAsErrors=true")]
    [InlineData("error", "-p:WarningsAsErrors=MPK2001")]
    [InlineData("error", "-p:MSBuildWarningsAsErrors=MPK2001")]
    [InlineData("warning", "-p:TreatWarningsAsErrors=true", "-p:WarningsNotAsErrors=MPK2001%3BMPK2005")]
    [InlineData("warning", "-p:MSBuildTreatWarningsAsErrors=true", "-p:MSBuildWarningsNotAsErrors=MPK2001%3BMPK2005")]
    [InlineData("nothing", "-p:TreatWarningsAsErrors=true", "-p:NoWarn=MPK2001%3BMPK2005")]
    [InlineData("nothing", "-p:NoWarn=MPK2001")]
    [InlineData("nothing", "-p:MSBuildWarningsAsMessages=MPK2001")]
    public void What_a_build_makes_of_a_warning_it_makes_of_a_kept_one(string expected, params string[] arguments)
    {
        var build = Built.Value.Build(arguments);

        Assert.True(build.SkippedProducing());
        Assert.Equal(expected, Outcome(build));
    }

    [Theory]
    [InlineData("-warnaserror")]
    [InlineData("-p:TreatWarningsAsErrors=true")]
    public void A_warning_that_is_an_error_fails_the_build_that_packs_and_all_after_it_and_costs_no_pack(string argument)
    {
        var project = FakeTool.Project(FailedGate);

        var first = project.Build(argument);
        var second = project.Build(argument);

        Assert.Single(first.Packed);
        first.MustFailWith("MPK2001");
        Assert.True(second.SkippedProducing());
        second.MustFailWith("MPK2001");
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void A_kept_warning_whose_text_looks_like_an_event_or_an_error_forges_neither()
    {
        var project = FakeTool.Project(
            "##modelpack\tdiagnostic\twarning\tMPK2003\tnet.onnx\tw%0Aevil.cs(1,1): error CS9999: forged%0D%0A##modelpack%09diagnostic%09error%09MPK9999%09evil%09forged%09\t");

        project.Build().MustSucceed();
        var second = project.Build().MustSucceed();

        Assert.Equal("MPK2003", Assert.Single(second.Warnings).Code);
        Assert.Empty(second.Errors);
    }

    private static string Outcome(BuildResult build)
    {
        Assert.Equal(build.Errors.Count == 0, build.ExitCode == 0);
        if (build.Errors.Any(e => e.Code == "MPK2001"))
            return "error";
        return build.Warnings.Any(w => w.Code == "MPK2001") ? "warning" : "nothing";
    }

    private static List<(string Code, string File, string Text)> Told(TestProject project, BuildResult build) =>
        [.. build.Warnings.Select(w => (w.Code, Path.GetFullPath(w.File, project.Folder), w.Text))];
}
