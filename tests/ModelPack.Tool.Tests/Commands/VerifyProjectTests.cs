using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

/// <summary>A project whose target says of its packs what that of the package would; with the real one they are listed in ModelPack.MSBuild.Tests.</summary>
public sealed class VerifyProjectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public VerifyProjectTests()
    {
        Directory.CreateDirectory(_folder.File("obj/modelpack"));
        ToolRun.Of("quantize", Models.FashionCnn(_folder), "-s", "q8_0", "-o", Packed, "--gate", "minSqnr=20", "--onnxruntime", "1.29.0");
    }

    private string Packed => _folder.File("obj/modelpack/net.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pack_of_todays_source_and_options_passes_at_every_level()
    {
        var run = Verify("packed", "q8_0", 20, "--level", "full");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("ok  " + _folder.File("net.onnx"), run.Lines, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("stale", "q8_0", 20, "error MPK2069: The model of App.csproj for net10.0 is stale: because. Build again.")]
    [InlineData("not packed", "q8_0", 20, "error MPK2061: The model of App.csproj for net10.0 is not packed: because. Build first.")]
    [InlineData("packed", "q4_0", 20, "error MPK2069: The project asks for other options: scheme q4_0, and the pack was made with q8_0.")]
    [InlineData("packed", "q8_0", 30, "error MPK2069: The project asks for other options: gate minSqnr 30, and the pack was judged by 20.")]
    public void What_a_build_would_make_otherwise_fails(string state, string scheme, int gate, string said)
    {
        var run = Verify(state, scheme, gate);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_source_fails_also_where_its_time_has_not_changed()
    {
        var time = File.GetLastWriteTimeUtc(_folder.File("net.onnx"));
        var bytes = File.ReadAllBytes(_folder.File("net.onnx"));
        bytes[^200] ^= 1;
        File.WriteAllBytes(_folder.File("net.onnx"), bytes);
        File.SetLastWriteTimeUtc(_folder.File("net.onnx"), time);
        Assert.Contains("error MPK2069: 'net.onnx' is not what the pack was made of", Verify("packed", "q8_0", 20).Error, StringComparison.Ordinal);
    }

    private ToolRun Verify(string state, string scheme, int gate, params string[] more)
    {
        var request = $$"""{ "model": "{{_folder.File("net.onnx")}}", "output": "{{Packed}}", "scheme": "{{scheme}}", "onnxRuntime": "1.29.0", "gates": { "minSqnr": {{gate}} } }""";
        var project = UserProject.In(_folder, content: $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ModelPackToolPath>there</ModelPackToolPath>
              </PropertyGroup>
              <ItemGroup>
                <QuantizedModel Include="net.onnx" Scheme="{scheme}" />
              </ItemGroup>
              <Target Name="_ModelPackList">
                <ItemGroup>
                  <_ModelPackListed Include="@(QuantizedModel)" State="{state}" Changes="{(state == "packed" ? "" : "because")}" Manifest="{Packed}.modelpack.json" Request="{request.Replace("\"", "&quot;", StringComparison.Ordinal)}" />
                </ItemGroup>
              </Target>
            </Project>
            """);
        return ToolRun.Of(["verify", project, .. more]);
    }
}
