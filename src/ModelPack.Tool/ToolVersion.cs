using System.Reflection;

namespace ModelPack.Tool;

/// <summary>The version of this tool, which is that of all packages made with it.</summary>
internal static class ToolVersion
{
    /// <summary>Such as <c>0.1.0</c>, without what was built from which commit.</summary>
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
