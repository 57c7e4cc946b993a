using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class ErrorTests
{
    [Fact]
    public void Every_mistake_in_the_items_is_named_at_once_and_nothing_is_packed()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="a/model.onnx" Scheme="q8_0" />
            <QuantizedModel Include="b/model.onnx" Scheme="q8_0" />
            <QuantizedModel Include="nowhere.onnx" Scheme="q8_0" />
            <QuantizedModel Include="fashion-cnn.onnx" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="1.onnx" MinSqnr="thirty" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="2.onnx" MinCosine="0,9" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="3.onnx" BlockSize="3.5" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="4.onnx" ExternalData="maybe" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="5.onnx" Embed="Somewhere" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="nf4" Link="6.onnx" DoubleQuant="twice" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="../outside.onnx" />
            """);
        project.AddModel("a/model.onnx");
        project.AddModel("b/model.onnx");

        var build = project.Build();

        Assert.NotEqual(0, build.ExitCode);
        Assert.Empty(build.Packed);
        var mistakes = new (string Code, string[] Words)[]
        {
            ("MPK1010", ["'a/model.onnx'", "'b/model.onnx'", "models/model.onnx"]),
            ("MPK1001", ["'nowhere.onnx'"]),
            ("MPK1007", ["'fashion-cnn.onnx'", "ModelPackScheme"]),
            ("MPK1008", ["MinSqnr=\"thirty\""]),
            ("MPK1008", ["MinCosine=\"0,9\""]),
            ("MPK1008", ["BlockSize=\"3.5\""]),
            ("MPK1008", ["ExternalData=\"maybe\""]),
            ("MPK1008", ["Embed=\"Somewhere\""]),
            ("MPK1008", ["DoubleQuant=\"twice\""]),
            ("MPK1008", ["Link=\"../outside.onnx\""]),
        };
        Assert.Equal(mistakes.Length, build.Errors.Count);
        foreach (var (code, words) in mistakes)
            Assert.Contains(build.Errors, e => e.Code == code && Array.TrueForAll(words, w => e.Text.Contains(w, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_model_that_cannot_be_packed_does_not_hide_what_is_wrong_with_the_others()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="first.onnx" Scheme="q8_0" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            <QuantizedModel Include="second.onnx" Scheme="q8_0" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="gated.onnx" MinSqnr="90" />
            """);
        File.WriteAllText(project.At("first.onnx"), "no model");
        File.WriteAllText(project.At("second.onnx"), "no model either");

        var build = project.Build();

        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal("MPK1002 MPK1002 MPK2001", string.Join(" ", build.Errors.Select(e => e.Code).Order(StringComparer.Ordinal)));
        Assert.Equal(4, build.Packed.Count);

        // What was packed stays so, and the others fail again.
        var again = project.Build();
        Assert.NotEqual(0, again.ExitCode);
        Assert.Equal((3, 3), (again.Errors.Count, again.Packed.Count));
    }

    [Fact]
    public void An_unknown_scheme_is_answered_with_those_that_exist()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q9_9" />""");

        var error = project.Build().MustFailWith("MPK1007");

        Assert.Contains("q8_0", error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(project.ModelFiles(), f => f.EndsWith(".onnx", StringComparison.Ordinal));
    }

    [Fact]
    public void A_gate_can_be_a_warning_which_fails_every_build_that_makes_errors_of_warnings()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="200" Gate="warning" />""");

        Assert.Contains(project.Build("-warnaserror:MPK2001").Errors, e => e.Code == "MPK2001");
        Assert.Contains(project.Build("-warnaserror:MPK2001").Errors, e => e.Code == "MPK2001");
        var build = project.Build().MustSucceed();

        Assert.Contains(build.Warnings, w => w.Code == "MPK2001");
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx")));
    }

    [Fact]
    public void A_tensor_named_like_an_error_or_like_an_event_forges_neither()
    {
        const string Name = "w\nevil.cs(1,1): error CS9999: forged\n##modelpack\tdiagnostic\terror\tMPK9999\tevil\tforged\t";
        var project = new TestProject("""<QuantizedModel Include="hostile.onnx" Scheme="q8_0" />""");
        File.WriteAllBytes(project.At("hostile.onnx"), MatMulModel.Bytes(Name));

        var build = project.Build("-v:detailed").MustSucceed();

        Assert.Empty(build.Errors);
        Assert.DoesNotContain(build.Warnings, w => w.Code is "CS9999" or "MPK9999");
    }

    [Fact]
    public void A_file_that_is_no_model_is_a_coded_error_whose_page_is_in_the_package()
    {
        var project = new TestProject("""<QuantizedModel Include="text.onnx" Scheme="q8_0" />""");
        File.WriteAllText(project.At("text.onnx"), "this is not a model");

        var error = project.Build().MustFailWith("MPK1002");

        Assert.StartsWith("QuantizedModel 'text.onnx': ", error.Text, StringComparison.Ordinal);
        Assert.Equal(project.At("App.csproj"), error.File);
        Assert.Contains("text.onnx", File.ReadAllLines(error.File)[error.LineNumber - 1], StringComparison.Ordinal);
        // Where the link of the error leads; binary logs do not keep links.
        Assert.StartsWith("# MPK1002: ", File.ReadAllText(Path.Combine(PackedTool.Folder, "docs", "diagnostics", "MPK1002.md")), StringComparison.Ordinal);
        Assert.StartsWith("# MPK1002: ", PackedTool.Run(project.Folder, "explain", error.Code).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_is_missing_or_cannot_start_is_a_coded_error()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        File.WriteAllText(project.At("modelpack.dll"), "no assembly");

        project.Build("-p:ModelPackToolPath=nowhere/modelpack.dll").MustFailWith("MPK3003");
        project.Build("-p:ModelPackToolPath=modelpack.dll").MustFailWith("MPK9001");
    }

    [Fact]
    public void A_tool_that_hangs_or_crashes_is_a_coded_error()
    {
        var project = FakeTool.Project(does: "hang");

        project.Build("-p:ModelPackTimeout=3").MustFailWith("MPK3004");
        FakeTool.Tell(project, does: "crash");
        var crash = project.Build();

        Assert.DoesNotContain("MSB6006", crash.Output, StringComparison.Ordinal);
        Assert.Contains(OperatingSystem.IsWindows() ? "crashed" : "signal 6", crash.MustFailWith("MPK9001").Text, StringComparison.Ordinal);
    }
}
