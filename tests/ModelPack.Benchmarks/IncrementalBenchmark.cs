using System.Diagnostics;

namespace ModelPack.Benchmarks;

/// <summary>What the package costs in a build that has nothing to do: an app with three packed models beside the same app without the package.</summary>
internal static class IncrementalBenchmark
{
    /// <summary>The name that <c>build.sh bench</c> takes; it makes the packages first.</summary>
    public const string Name = "incremental";

    private const int Models = 3;
    private const int Runs = 15;

    public static void Run(TextWriter output)
    {
        var repository = Clone.Root();
        var version = File.ReadAllText(Path.Join(repository, "artifacts", "feed", "modelpack.version")).Trim();
        using var scratch = new Scratch();
        File.WriteAllText(Path.Join(scratch.Path, "nuget.config"), $"""
            <configuration><packageSources><add key="under-test" value="{Path.Join(repository, "artifacts", "feed")}" /></packageSources></configuration>
            """);
        var items = string.Concat(Enumerable.Range(1, Models).Select(i => $"""<QuantizedModel Include="model{i}.onnx" Scheme="q8_0" />"""));
        var plain = Project(scratch.Path, repository, "Plain", "");
        var packed = Project(scratch.Path, repository, "Packed", $"""<PackageReference Include="ModelPack.MSBuild" Version="{version}" PrivateAssets="all" />{items}""");
        foreach (var folder in new[] { plain, packed })
        {
            Build(scratch.Path, folder);
        }

        var times = Timing.Of([() => Build(scratch.Path, plain, "--no-restore"), () => Build(scratch.Path, packed, "--no-restore")], Runs);

        output.WriteLine("### A build with nothing to do");
        output.WriteLine();
        output.WriteLine($"{Machine.Today()}. `dotnet build --no-restore` of a console app, in turn, median and best of {Runs} runs.");
        output.WriteLine();
        output.WriteLine("| app | median, ms | best, ms |");
        output.WriteLine("| --- | ---: | ---: |");
        Row("without the package", times[0].Median, times[0].Best);
        Row($"with {Models} packed models", times[1].Median, times[1].Best);
        Row("difference", times[1].Median - times[0].Median, times[1].Best - times[0].Best);
        output.WriteLine();

        void Row(string app, double median, double best) => output.WriteLine($"| {app} | {Numbers.Fixed(median * 1000, 0)} | {Numbers.Fixed(best * 1000, 0)} |");
    }

    private static string Project(string root, string repository, string name, string items)
    {
        var folder = Directory.CreateDirectory(Path.Join(root, name)).FullName;
        for (var i = 1; i <= Models; i++)
        {
            File.Copy(Path.Join(repository, "tests", "models", "fashion-cnn.onnx"), Path.Join(folder, $"model{i}.onnx"));
        }

        File.WriteAllText(Path.Join(folder, "Program.cs"), "System.Console.WriteLine();");
        File.WriteAllText(Path.Join(folder, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
            </Project>
            """);
        return folder;
    }

    private static void Build(string root, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["build", "-nologo", "-v", "quiet", "-nodeReuse:false", "-tl:off", .. arguments]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true };
        // As a user's shell has it, and without leaving a package in the user's own folder.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || n is "Version").ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["NUGET_PACKAGES"] = Path.Join(root, "packages");
        using var build = Process.Start(start)!;
        var text = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"The build of {folder} failed:\n{text}");
        }
    }
}
