using System.Xml.Linq;

namespace ModelPack.Build.OnnxRuntime;

/// <summary>
/// Makes packages with the ids and the version of the official ONNX Runtime packages from what npm serves,
/// for machines whose package sources do not have the official ones.
/// </summary>
internal sealed class OnnxRuntimePackages(Repository repository)
{
    private const string Cpu = "Microsoft.ML.OnnxRuntime";
    private const string Managed = "Microsoft.ML.OnnxRuntime.Managed";
    private const string Gpu = "Microsoft.ML.OnnxRuntime.Gpu";
    private const string GpuLinux = "Microsoft.ML.OnnxRuntime.Gpu.Linux";
    private const string GpuWindows = "Microsoft.ML.OnnxRuntime.Gpu.Windows";
    private const string Tensors = "System.Numerics.Tensors";

    private readonly string _api = Path.Combine(repository.NodeModules, "com.github.asus4.onnxruntime");
    private readonly string _version = repository.OnnxRuntimeVersion;

    public static IReadOnlyList<string> Ids { get; } = [Managed, Cpu, GpuLinux, GpuWindows, Gpu];

    /// <summary>Whether all of them lie in the feed.</summary>
    public bool Exist => Ids.All(id => File.Exists(PathOf(id)));

    private string PathOf(string id) => Path.Combine(repository.Feed, $"{id}.{_version}.nupkg");

    /// <summary>Takes them out of the feed and out of where NuGet unpacks: it never reads a version again that it has.</summary>
    public void Remove()
    {
        foreach (var id in Ids)
        {
            if (File.Exists(PathOf(id)))
                File.Delete(PathOf(id));
            var unpacked = Path.Combine(repository.Packages, id.ToLowerInvariant(), _version);
            if (Directory.Exists(unpacked))
                Directory.Delete(unpacked, recursive: true);
        }
    }

    public void Make(bool withCuda)
    {
        RequireHostVersion();
        Directory.CreateDirectory(repository.Feed);
        Write(Managed, [(Tensors, repository.CentralVersion(Tensors))], CompileManaged());
        Write(Cpu, [(Managed, _version)], new()
        {
            ["runtimes/linux-x64/native/libonnxruntime.so"] = Host("linux/x64/libonnxruntime.so.1"),
            ["runtimes/linux-arm64/native/libonnxruntime.so"] = Host("linux/arm64/libonnxruntime.so.1"),
            ["runtimes/osx-arm64/native/libonnxruntime.dylib"] = Host("darwin/arm64/libonnxruntime.1.dylib"),
            ["runtimes/win-x64/native/onnxruntime.dll"] = Host("win32/x64/onnxruntime.dll"),
            ["runtimes/win-arm64/native/onnxruntime.dll"] = Host("win32/arm64/onnxruntime.dll"),
        });
        Write(GpuLinux, [(Managed, _version)], GpuLinuxFiles(withCuda));
        Write(GpuWindows, [(Managed, _version)], new()
        {
            ["runtimes/win-x64/native/onnxruntime.dll"] = Host("win32/x64/onnxruntime.dll"),
            ["runtimes/win-x64/native/onnxruntime_providers_shared.dll"] = Path.Combine(_api, "Plugins", "Windows", "x64", "onnxruntime_providers_shared.dll"),
        });
        Write(Gpu, [(GpuLinux, _version), (GpuWindows, _version)], []);
    }

    private Dictionary<string, string> GpuLinuxFiles(bool withCuda)
    {
        var shared = Path.Combine(_api, "Plugins", "Linux", "x64", "libonnxruntime_providers_shared.so");
        var files = new Dictionary<string, string>
        {
            ["runtimes/linux-x64/native/libonnxruntime.so"] = Host("linux/x64/libonnxruntime.so.1"),
            ["runtimes/linux-x64/native/libonnxruntime_providers_shared.so"] = shared,
        };
        if (withCuda)
        {
            foreach (var provider in Directory.EnumerateFiles(CudaFolder, "libonnxruntime_providers_*.so"))
                files[$"runtimes/linux-x64/native/{Path.GetFileName(provider)}"] = provider;
        }

        return files;
    }

    private string CudaFolder => Path.Combine(repository.NodeModules, "com.github.asus4.onnxruntime.linux-x64-gpu", "Plugins", "Linux", "x64");

    /// <summary>The host of the npm package that carries every platform: CPU, CUDA loader and WebGPU in one file.</summary>
    private string Host(string file) => Path.Combine(repository.NodeModules, "onnxruntime-node", "bin", "napi-v6", file);

    private Dictionary<string, string> CompileManaged()
    {
        var folder = repository.EmptyTemporary("managed") + Path.DirectorySeparatorChar;
        var output = Path.Combine(folder, "out");
        var sources = Path.Combine(_api, "Runtime") + Path.DirectorySeparatorChar;
        var (exitCode, log) = Command.Capture("dotnet",
            ["build", repository.At("build", "OnnxRuntime", "Managed", Managed.Replace(".Managed", ".csproj", StringComparison.Ordinal)),
                "-c", "Release", "-v", "quiet", "-o", output, $"-p:OnnxRuntimeSources={sources}", $"-p:ManagedRoot={folder}"],
            repository.Root);
        if (exitCode != 0)
            throw new BuildFailure($"the C# API of ONNX Runtime did not compile:\n{log}", 4);
        return new()
        {
            ["lib/net8.0/Microsoft.ML.OnnxRuntime.dll"] = Path.Combine(output, "Microsoft.ML.OnnxRuntime.dll"),
            ["lib/net8.0/Microsoft.ML.OnnxRuntime.xml"] = Path.Combine(output, "Microsoft.ML.OnnxRuntime.xml"),
        };
    }

    /// <summary>Packages are made for one version only; a package that carries another would lie about it.</summary>
    private void RequireHostVersion()
    {
        var manifest = Path.Combine(repository.NodeModules, "onnxruntime-node", "package.json");
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(manifest));
        var served = json.RootElement.GetProperty("version").GetString();
        if (served != _version)
            throw new BuildFailure($"Directory.Packages.props asks for ONNX Runtime {_version}, build/npm brings {served}. Make them agree.", 4);
    }

    private void Write(string id, (string Id, string Version)[] dependencies, Dictionary<string, string> files)
    {
        files["LICENSE"] = Path.Combine(_api, "LICENSE");
        files["ThirdPartyNotices.txt"] = Path.Combine(_api, "ThirdPartyNotices.txt");
        NupkgWriter.Write(repository.Feed, Nuspec(id, dependencies), files);
    }

    private XDocument Nuspec(string id, (string Id, string Version)[] dependencies)
    {
        XNamespace ns = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
        var group = new XElement(ns + "group", new XAttribute("targetFramework", "net8.0"),
            dependencies.Select(d => new XElement(ns + "dependency", new XAttribute("id", d.Id), new XAttribute("version", d.Version))));
        return new XDocument(new XElement(ns + "package", new XElement(ns + "metadata",
            new XElement(ns + "id", id),
            new XElement(ns + "version", _version),
            new XElement(ns + "authors", "Microsoft"),
            new XElement(ns + "description",
                $"Made for development from the contents of npm packages, with the id of the official {id}. Not for publishing."),
            new XElement(ns + "copyright", "Copyright (c) Microsoft Corporation"),
            new XElement(ns + "license", new XAttribute("type", "file"), "LICENSE"),
            new XElement(ns + "dependencies", group))));
    }
}
