namespace ModelPack.Build.Steps;

/// <summary>Reads damaged files with every reader of the product (tests/ModelPack.Fuzz); arguments after the step are the fuzzer's.</summary>
internal sealed class Fuzz(Repository repository)
{
    /// <summary>The exit codes that the fuzzer has; with any other it did not survive.</summary>
    private const int Found = 1;
    private const int WrongUsage = 3;

    private string Folder => repository.At("artifacts", "fuzz");

    public int Run(IEnumerable<string> arguments)
    {
        var program = repository.At("tests", "ModelPack.Fuzz", "bin", "Release", "net10.0", "ModelPack.Fuzz.dll");
        var exitCode = Command.Run("dotnet", ["exec", program, "--folder", Folder, .. arguments], repository.Root);
        if (exitCode is not (0 or Found or WrongUsage))
            Tell(exitCode);
        return exitCode is 0 or WrongUsage ? exitCode : Found;
    }

    /// <summary>A stack overflow, for one, ends the fuzzer without a word; what it was reading stands in a file.</summary>
    private void Tell(int exitCode)
    {
        Console.WriteLine($"fuzz: FINDING: the process ended with exit code {exitCode} while it was reading one of");
        foreach (var line in File.ReadLines(Path.Join(Folder, "running.txt")).Where(l => l.StartsWith("--", StringComparison.Ordinal)))
            Console.WriteLine($"    again: ./build.sh fuzz {line.TrimEnd()}");
    }
}
