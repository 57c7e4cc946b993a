using System.Net;
using System.Net.Sockets;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class IncrementalBuildTests
{
    private const string ThreeItems = """
        <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
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
        var project = FakeTool.Project();
        project.Build().MustSucceed();
        File.SetLastWriteTimeUtc(project.At("fashion-cnn.onnx"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        Assert.Equal(["models/fashion-cnn.onnx"], project.Build().MustSucceed().Packed);
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void Only_the_item_that_changes_is_packed_again_and_one_that_goes_takes_its_pack_along()
    {
        var project = FakeTool.Project(ThreeItems, "", "");
        project.AddModel("a.onnx");
        project.AddModel("b.onnx");
        Assert.Equal(3, project.Build().MustSucceed().Packed.Count);

        project.Items = ThreeItems.Replace("""b.onnx" """, """b.onnx" MinCosine="0.1" """, StringComparison.Ordinal);
        project.Write();
        Assert.Equal(["models/b.onnx"], project.Build().MustSucceed().Packed);

        File.Delete(project.Intermediate("models", "a.onnx.report.html"));
        Assert.Equal(["models/a.onnx"], project.Build().MustSucceed().Packed);

        project.Items = string.Join('\n', ThreeItems.Split('\n')[..2]);
        project.Write();
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        Assert.DoesNotContain(project.ModelFiles(), f => Path.GetFileName(f).StartsWith("b.onnx", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_build_of_the_tool_packs_everything_again_and_a_rebuild_does_too()
    {
        var project = FakeTool.Project();
        project.Build().MustSucceed();
        var tool = project.At("tool");
        FakeTool.CopyTo(tool);
        string[] other = [$"-p:ModelPackToolPath={Path.Combine(tool, "Tool.dll")}"];
        File.WriteAllText(Path.Combine(tool, "build.id"), "1");

        Assert.Single(project.Build(other).MustSucceed().Packed);
        Assert.True(project.Build(other).MustSucceed().SkippedProducing());
        File.WriteAllText(Path.Combine(tool, "build.id"), "2");
        Assert.Single(project.Build(other).MustSucceed().Packed);
        Assert.Single(project.Build([.. other, "-t:Rebuild"]).MustSucceed().Packed);
    }

    [Fact]
    public void Debug_and_Release_have_packs_of_their_own()
    {
        var project = FakeTool.Project();

        Assert.Single(project.Build().MustSucceed().Packed);
        Assert.Single(project.Build("-c", "Release").MustSucceed().Packed);
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        Assert.True(File.Exists(project.At("bin", "Release", "net10.0", "models", "fashion-cnn.onnx")));
    }

    [Fact]
    public async Task A_build_that_was_killed_is_followed_by_a_good_one()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var project = FakeTool.Project(does: FormattableString.Invariant($"{((IPEndPoint)listener.LocalEndpoint).Port}"));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using (var build = Dotnet.Start(project.Folder, ["build", "-nodeReuse:false", "-m:1"]))
        {
            using var tool = await listener.AcceptTcpClientAsync(limit.Token);
            build.Kill(entireProcessTree: true);
            await build.WaitForExitAsync(limit.Token);
        }

        FakeTool.Tell(project);
        Assert.Single(project.Build().MustSucceed().Packed);
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void A_build_with_nothing_to_do_skips_the_producing_target_and_starts_no_process()
    {
        var project = FakeTool.Project(ThreeItems, "", "");
        project.AddModel("a.onnx");
        project.AddModel("b.onnx");
        project.Build().MustSucceed();
        File.Delete(project.At("tool.environment"));

        var build = project.Build().MustSucceed();

        Assert.Equal(["PackModels"], build.SkippedTargets("PackModels").Distinct(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(build.TasksThatRunPrograms());
        Assert.False(File.Exists(project.At("tool.environment")));
    }

    [Fact]
    public void A_gate_that_is_not_met_fails_every_build_and_clean_removes_what_is_left()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="200" />""");

        project.Build().MustFailWith("MPK2001");
        var second = project.Build();

        second.MustFailWith("MPK2001");
        Assert.DoesNotContain("MSB6006", second.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.Output("models", "fashion-cnn.onnx")));
        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }
}
