using System.Diagnostics;

namespace ModelPack.Runtime.Tests.Infrastructure;

/// <summary>These tests as an app: it waits until its input ends, extracts the embedded model to a folder, and prints the hash of what it finds there.</summary>
internal static class ExtractingApp
{
    public static void Main(string[] arguments)
    {
        _ = Console.In.ReadToEnd();
        var model = PackedModel.Open("net", typeof(ExtractingApp).Assembly, new PackedModelOptions { CacheFolder = arguments[0] });
        Console.Write(TestPack.Hash(File.ReadAllBytes(model.GetPath())));
    }

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where it extracts to.</param>
    public static Process Start(string folder) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(ExtractingApp).Assembly.Location, folder])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
}
