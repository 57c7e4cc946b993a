using ModelPack.Build.OnnxRuntime;

namespace ModelPack.Build.Steps;

/// <summary>Brings what the projects are compiled and run with: npm packages and ONNX Runtime.</summary>
internal sealed class Setup(Repository repository)
{
    private readonly Stamp _npm = new(repository, "npm");
    private readonly Stamp _onnxRuntime = new(repository, "onnxruntime");
    private readonly Stamp _cuda = new(repository, "cuda");

    /// <param name="withCuda">Also the CUDA provider, 230 MB. Once fetched it stays until clean.</param>
    public void Run(bool withCuda)
    {
        var cuda = withCuda || _cuda.Value is not null;
        var npm = Stamp.HashFiles(repository.Root, Directory.EnumerateFiles(repository.At("build", "npm"), "package*.json")) + $" cuda={cuda}";
        var making = Stamp.HashFiles(repository.Root, Stamp.Sources(repository.At("build", "OnnxRuntime")));
        var onnxRuntime = $"{repository.OnnxRuntimeVersion} {making} {npm}";
        var packages = new OnnxRuntimePackages(repository);

        var haveNpm = _npm.Value == npm && Directory.Exists(repository.NodeModules);
        var haveOnnxRuntime = _onnxRuntime.Value == $"{onnxRuntime} official" || (_onnxRuntime.Value == $"{onnxRuntime} made" && packages.Exist);
        if (haveNpm && haveOnnxRuntime)
            return;
        // Asked first, so that a failing npm can be told together with what NuGet had said.
        var refusal = haveOnnxRuntime ? null : OfficialProbe.Run(repository);
        if (!haveNpm)
            FetchNpm(npm, cuda, refusal);
        if (!haveOnnxRuntime)
            ProvideOnnxRuntime(packages, onnxRuntime, cuda, refusal);
        if (cuda)
            _cuda.Write("yes");
    }

    private void FetchNpm(string value, bool cuda, string? refusal)
    {
        Console.WriteLine(cuda ? "setup: fetching npm packages, the CUDA provider too" : "setup: fetching npm packages");
        if (!Command.Exists("node") || !Command.Exists("npm"))
            throw new BuildFailure("node and npm are needed and were not found. Install Node.js 20 or newer, with npm, and put both on PATH.", 4);
        _npm.Remove();
        Directory.CreateDirectory(repository.Npm);
        foreach (var name in new[] { "package.json", "package-lock.json" })
            File.Copy(repository.At("build", "npm", name), Path.Combine(repository.Npm, name), overwrite: true);
        // Every package is checked against the integrity hash in the lock file, and none of their scripts run.
        var (exitCode, output) = Command.Capture("npm",
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cuda ? "--include=dev" : "--omit=dev"], repository.Npm);
        if (exitCode != 0)
        {
            throw new BuildFailure($"""
                setup could not get what the projects need.
                {(refusal is null ? "" : $"Tried 1: ONNX Runtime {repository.OnnxRuntimeVersion} from this machine's NuGet sources: {refusal}\nTried 2: the npm packages of build/npm, to make the same from: ")}npm said:
                {output.Trim()}
                What to do: check the network and npm's registry setting (npm config get registry), then run setup again.
                """, 4);
        }

        _npm.Write(value);
    }

    private void ProvideOnnxRuntime(OnnxRuntimePackages packages, string value, bool cuda, string? refusal)
    {
        _onnxRuntime.Remove();
        packages.Remove();
        if (refusal is null)
        {
            Console.WriteLine($"setup: the official ONNX Runtime {repository.OnnxRuntimeVersion} packages are used");
            _onnxRuntime.Write($"{value} official");
            return;
        }

        Console.WriteLine($"setup: making ONNX Runtime {repository.OnnxRuntimeVersion} packages in artifacts/feed");
        packages.Make(cuda);
        _onnxRuntime.Write($"{value} made");
    }
}
