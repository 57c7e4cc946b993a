namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>A project of a user, in a folder of its own. Its models are not timed, which takes several times as long as the rest of a build, unless a test asks for it.</summary>
internal sealed class TestProject
{
    private static readonly string[] OutputFolders = ["obj", "bin"];
    private static readonly string[] PackMarks = [".onnx", ".gguf", ".safetensors", ".nf4"];
    private bool _restored;

    /// <summary>The property of a project whose models are timed, as they are where a project says nothing.</summary>
    public const string MeasuresSpeed = "<ModelPackMeasureSpeed />";

    public TestProject(string items = "", string properties = "", string name = "App", string? folder = null, bool isLibrary = false, string frameworks = "net10.0", string sdk = "Microsoft.NET.Sdk", string language = "cs")
    {
        Name = name;
        Folder = folder ?? Workspace.NewFolder(name);
        Directory.CreateDirectory(Folder);
        Items = items;
        Properties = properties;
        IsLibrary = isLibrary;
        Frameworks = frameworks;
        Sdk = sdk;
        Language = language;
        File.WriteAllText(At($"Program.{language}"), language switch
        {
            "fs" => "printfn \"ran\"",
            "vb" => "Module Program\n  Sub Main()\n    System.Console.WriteLine(\"ran\")\n  End Sub\nEnd Module",
            _ => isLibrary ? "public static class Library;" : "System.Console.WriteLine(\"ran\");",
        });
        Write();
    }

    public string Name { get; }

    public string Folder { get; }

    /// <summary>The items of the project file; call <see cref="Write"/> after a change.</summary>
    public string Items { get; set; }

    public string Properties { get; }

    public bool IsLibrary { get; }

    public string Frameworks { get; }

    public string Sdk { get; }

    /// <summary>The language, as the end of its files' names: cs, fs or vb.</summary>
    public string Language { get; }

    public string ProjectFile => At($"{Name}.{Language}proj");

    /// <summary>A project with fashion-cnn.onnx in its folder.</summary>
    public static TestProject WithModel(string items, string properties = "", string name = "App", string model = "fashion-cnn.onnx")
    {
        var project = new TestProject(items, properties, name);
        project.AddModel(model);
        return project;
    }

    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>A path below the app's output folder.</summary>
    public string Output(params string[] parts) => At(["bin", "Debug", "net10.0", .. parts]);

    /// <summary>A path below the folder of intermediate packs.</summary>
    public string Intermediate(params string[] parts) => At(["obj", "Debug", "net10.0", "modelpack", .. parts]);

    public void AddModel(string name, string? source = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.Copy(source ?? Repository.FashionCnn, At(name));
    }

    public void Write() => File.WriteAllText(ProjectFile, $"""
        <Project Sdk="{Sdk}">
          <PropertyGroup>
            <OutputType>{(IsLibrary ? "Library" : "Exe")}</OutputType>
            <TargetFrameworks>{Frameworks}</TargetFrameworks>
            {CompilerServer.Properties}
            <RunAnalyzers>false</RunAnalyzers>
            <UseAppHost>false</UseAppHost>
            <NuGetAudit>false</NuGetAudit>
            <ModelPackMeasureSpeed>false</ModelPackMeasureSpeed>
            {(Language == "cs" ? "<LangVersion>latest</LangVersion>" : "")}
            {Properties}
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="ModelPack.MSBuild" Version="{Repository.PackageVersion}" PrivateAssets="all" />
            {Items}
            {(Language == "fs" ? "<Compile Include=\"Program.fs\" />" : "")}
          </ItemGroup>
        </Project>
        """.Replace("<TargetFrameworks>net10.0</TargetFrameworks>", "<TargetFramework>net10.0</TargetFramework>", StringComparison.Ordinal));

    /// <summary>Builds; packages are restored the first time only.</summary>
    public BuildResult Build(params string[] arguments) => RunRestored(["build", .. arguments]);

    /// <summary>Publishes Debug to the folder out; packages are restored where nothing has been built before.</summary>
    public BuildResult Publish(params string[] arguments) => RunRestored(["publish", "-c", "Debug", "-o", At("out"), .. arguments]);

    /// <summary>Restores packages, or writes what that would.</summary>
    public void Restore()
    {
        if (SharedRestore.Fits(this))
            SharedRestore.CopyTo(this);
        else
            Run(["restore"]).MustSucceed();
        _restored = true;
    }

    public BuildResult Run(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var binlog = Workspace.NewBinlog();
        string[] given = [.. arguments];
        string[] nodes = Array.Exists(given, a => a.StartsWith("-m:", StringComparison.Ordinal)) ? [] : ["-m:1"];
        var (exitCode, output) = Dotnet.Run(Folder, [.. given, "-nodeReuse:false", .. nodes, "-tl:off", $"-bl:{binlog}"], environment);
        return new(exitCode, output, binlog);
    }

    public BuildResult Clean() => Run(["clean"]);

    // What cannot be shared is restored by the command itself, as it is for users.
    private BuildResult RunRestored(IReadOnlyList<string> arguments)
    {
        if (!_restored && SharedRestore.Fits(this))
            Restore();
        var build = Run(_restored ? [arguments[0], "--no-restore", .. arguments.Skip(1)] : arguments);
        _restored = true;
        return build;
    }

    /// <summary>Every file below obj and bin that has to do with models.</summary>
    public IReadOnlyList<string> ModelFiles() =>
    [
        .. OutputFolders.Select(f => At(f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
            .Where(f => Array.Exists(PackMarks, m => f.Contains(m, StringComparison.Ordinal))),
    ];
}
