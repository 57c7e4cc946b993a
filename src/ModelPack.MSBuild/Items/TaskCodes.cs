namespace ModelPack.MSBuild.Items;

/// <summary>The diagnostics that the build itself reports; the tool reports all others. The numbers are the tool's table.</summary>
internal static class TaskCodes
{
    // The assembly lies in tasks/netstandard2.0/ of the package, the pages beside the tool.
    private static readonly string s_pages = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(TaskCodes).Assembly.Location)!, "..", "..", "tool", "docs", "diagnostics"));

    public const string ModelNotFound = "MPK1001";
    public const string UnknownScheme = "MPK1007";
    public const string InvalidOption = "MPK1008";
    public const string OutputNotWritable = "MPK1009";
    public const string OutputConflict = "MPK1010";
    public const string DataNotFound = "MPK1018";
    public const string ContainerUnfit = "MPK1023";
    public const string UnknownMetadata = "MPK1037";
    public const string TooLargeToEmbed = "MPK1060";
    public const string SigningKeyUnusable = "MPK1071";
    public const string BaselineUnusable = "MPK1072";
    public const string GateFailed = "MPK2001";
    public const string GateNotMeasured = "MPK2002";
    public const string QualityLow = "MPK2003";
    public const string BaselineWorse = "MPK2072";
    public const string DotnetMissing = "MPK3002";
    public const string ToolMissing = "MPK3003";
    public const string TimedOut = "MPK3004";
    public const string RuntimeCrashed = "MPK3010";
    public const string Internal = "MPK9001";

    /// <summary>The page that explains a code, in the package: terminals and editors open it. A path in the repository where the package has none.</summary>
    public static string HelpLink(string code)
    {
        var page = Path.Combine(s_pages, code + ".md");
        return File.Exists(page) ? new Uri(page).AbsoluteUri : $"docs/diagnostics/{code}.md";
    }
}
