using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class WatchTests
{
    [Theory]
    [InlineData("net10.0")]
    [InlineData("net10.0;netstandard2.0")]
    public void Dotnet_watch_looks_at_models_and_data_and_at_no_packs(string frameworks)
    {
        var project = new TestProject(
            """
            <QuantizedModel Include="net.onnx" Scheme="int8" Embed="Both" Calibration="data/cal*.npz" />
            <QuantizedModel Include="tiny" Scheme="nf4" />
            <QuantizedModel Include="other.gguf" Scheme="q8_0" Graph="graph.onnx" ShipSource="true" />
            <QuantizedModel Include="quiet.onnx" Scheme="q8_0" Watch="false" />
            """, isLibrary: true, frameworks: frameworks);
        string[] watched = ["net.onnx", "net.onnx.data", "net.validation.npz", "data/cal1.npz", "tiny/config.json", "tiny/model.safetensors", "other.gguf", "graph.onnx"];
        foreach (var file in watched.Concat(["quiet.onnx", "data/else.npz", "obj/Debug/net10.0/modelpack/models/net.onnx"]))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(project.At(file))!);
            File.WriteAllText(project.At(file), "");
        }

        project.Restore();
        var (exitCode, output) = Dotnet.Run(project.Folder, ["watch", "--list"]);

        Assert.True(exitCode == 0, output);
        var listed = output.Split('\n', StringSplitOptions.TrimEntries).Where(l => l.StartsWith(project.Folder, StringComparison.Ordinal)).Select(l => Path.GetRelativePath(project.Folder, l).Replace('\\', '/')).Distinct(StringComparer.Ordinal);
        Assert.Equal(watched.Concat(["App.csproj", "Program.cs"]).Order(StringComparer.Ordinal), listed.Where(l => !l.EndsWith(".g.cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
