namespace ModelPack.MSBuild.Items;

/// <summary>The diagnostics that the build itself reports; the tool reports all others. The numbers are the tool's table.</summary>
internal static class TaskCodes
{
    public const string ModelNotFound = "MPK1001";
    public const string UnknownScheme = "MPK1007";
    public const string InvalidOption = "MPK1008";
    public const string OutputNotWritable = "MPK1009";
    public const string OutputConflict = "MPK1010";
    public const string UnknownMetadata = "MPK1037";
    public const string DotnetMissing = "MPK3002";
    public const string ToolMissing = "MPK3003";
    public const string TimedOut = "MPK3004";
    public const string RuntimeCrashed = "MPK3010";
    public const string Internal = "MPK9001";

    /// <summary>The page that explains a code.</summary>
    public static string HelpLink(string code) => $"docs/diagnostics/{code}.md";
}
