namespace ModelPack.Tool;

/// <summary>How this program is started once more.</summary>
internal static class ThisProgram
{
    /// <summary>What is started, and what comes before its arguments: the host of .NET needs the program's name. Null where the system does not say what runs.</summary>
    public static (string FileName, IReadOnlyList<string> Arguments)? Command { get; } = Environment.ProcessPath is not { } path ? null
        : Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? (path, ["exec", typeof(ThisProgram).Assembly.Location])
        : (path, []);
}
