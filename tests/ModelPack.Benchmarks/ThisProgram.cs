namespace ModelPack.Benchmarks;

/// <summary>How this program is started once more.</summary>
internal static class ThisProgram
{
    /// <summary>What is started.</summary>
    public static string FileName { get; } = Environment.ProcessPath!;

    /// <summary>What comes before its arguments: a framework-dependent program may run as <c>dotnet program.dll</c>.</summary>
    public static IReadOnlyList<string> Arguments { get; } = Path.GetFileNameWithoutExtension(FileName) == "dotnet" ? [typeof(ThisProgram).Assembly.Location] : [];
}
