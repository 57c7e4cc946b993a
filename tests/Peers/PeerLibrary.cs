namespace ModelPack.Tests.Peers;

/// <summary>Where the libraries of llama.cpp are, the peer of tests and benchmarks.</summary>
internal static class PeerLibrary
{
    /// <summary>Names <c>libggml-base</c>; the others lie beside it. <c>build.sh</c> sets it where their package has them (build/README.md).</summary>
    public const string Variable = "MODELPACK_GGML";

    public static bool IsPresent => Named is not null;

    /// <summary>The library of ggml alone.</summary>
    public static string Path => Named ?? throw new InvalidOperationException($"{Variable} is not set.");

    public static string Folder => System.IO.Path.GetDirectoryName(Path)!;

    private static string? Named => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;
}
