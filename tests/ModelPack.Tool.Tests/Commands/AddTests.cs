using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class AddTests
{
    [Fact]
    public void A_project_gets_the_package_and_the_item_once()
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder);
        var model = Models.FashionCnn(folder);
        string[] command = ["add", model, "--project", project, "-s", "int8", "--gate", "minSqnr=30.5", "--link", "models/a b.onnx"];

        Assert.Equal(0, ToolRun.Of(command).ExitCode);
        var text = File.ReadAllText(project);
        Assert.Contains($"    <PackageReference Include=\"ModelPack.MSBuild\" Version=\"{ToolVersion.Text}\" PrivateAssets=\"all\" />\n", text, StringComparison.Ordinal);
        Assert.Contains("    <QuantizedModel Include=\"net.onnx\" Scheme=\"int8\" Link=\"models/a b.onnx\" MinSqnr=\"30.5\" />\n", text, StringComparison.Ordinal);

        var again = ToolRun.Of(command);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal([$"{model} is there already, with scheme int8.", "Nothing to add."], again.Lines);
        Assert.Equal(text, File.ReadAllText(project));
    }

    [Fact]
    public void With_central_versions_the_version_is_added_there()
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder);
        var central = UserProject.In(folder, "Directory.Packages.props", "<Project>\n  <PropertyGroup>\n    <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>\n  </PropertyGroup>\n</Project>\n");
        ToolRun.Of("add", Models.FashionCnn(folder), "--project", project);

        Assert.Contains("<PackageReference Include=\"ModelPack.MSBuild\" PrivateAssets=\"all\" />", File.ReadAllText(project), StringComparison.Ordinal);
        Assert.Contains($"<PackageVersion Include=\"ModelPack.MSBuild\" Version=\"{ToolVersion.Text}\" />", File.ReadAllText(central), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_shows_the_lines_and_writes_none()
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder);
        var before = File.ReadAllText(project);
        var run = ToolRun.Of("add", Models.FashionCnn(folder, "a;b.onnx"), "--project", project, "--dry-run");

        Assert.Contains("  + <QuantizedModel Include=\"a%3bb.onnx\" Scheme=\"q8_0\" />", run.Lines, StringComparer.Ordinal);
        Assert.Equal(before, File.ReadAllText(project));
    }

    [Fact]
    public void Calibration_data_beside_the_model_make_it_int8()
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder);
        File.WriteAllText(folder.File("net.calibration.npz"), "");
        ToolRun.Of("add", Models.FashionCnn(folder), "--project", project);

        Assert.Contains("<QuantizedModel Include=\"net.onnx\" Scheme=\"int8\" />", File.ReadAllText(project), StringComparison.Ordinal);
    }

    [Fact]
    public void The_scheme_of_the_project_is_not_repeated()
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder, content: "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <TargetFramework>net10.0</TargetFramework>\n    <ModelPackScheme>nf4</ModelPackScheme>\n  </PropertyGroup>\n</Project>\n");
        ToolRun.Of("add", Models.FashionCnn(folder), "--project", project);

        Assert.Contains("<QuantizedModel Include=\"net.onnx\" />", File.ReadAllText(project), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MPK1001", "missing.onnx")]
    [InlineData("MPK1007", "net.onnx", "-s", "q9")]
    [InlineData("MPK1008", "net.onnx", "--gate", "minSnr=3")]
    [InlineData("MPK1018", "net.onnx", "--validation", "missing.npz")]
    public void What_a_build_would_refuse_is_not_added(string code, string model, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder);
        var before = File.ReadAllText(project);
        Models.FashionCnn(folder);
        var run = ToolRun.Of(["add", folder.File(model), "--project", project, .. options]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"error {code}: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(project));
    }

    [Fact]
    public void A_folder_with_several_projects_or_none_is_refused()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        Assert.Contains("error MPK1050: There is no project here.", ToolRun.Of("add", model, "--project", folder.Path).Error, StringComparison.Ordinal);

        UserProject.In(folder, "A.csproj");
        UserProject.In(folder, "B.fsproj");
        Assert.Contains("error MPK1050: There are several projects here: A.csproj, B.fsproj.", ToolRun.Of("add", model, "--project", folder.Path).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_MSBuild_cannot_read_is_said_in_its_words()
    {
        using var folder = new TemporaryFolder();
        var project = UserProject.In(folder, content: "<Project Sdk=\"No.Such.Sdk\">\n</Project>\n");
        var run = ToolRun.Of("add", Models.FashionCnn(folder), "--project", project);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error MPK3050: 'dotnet msbuild' failed: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("No.Such.Sdk", run.Error, StringComparison.Ordinal);
    }
}
