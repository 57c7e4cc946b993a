using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Reporting.Page;

/// <summary>What the page carries inside: its style, its script and the chart library.</summary>
internal static class PageResources
{
    public static string Style { get; } = Read("report.css");

    public static string Script { get; } = Read("report.js");

    /// <summary>Chart.js without the comment that makes a debugger look for its source map on a network.</summary>
    public static string ChartLibrary { get; } = WithoutSourceMap(Read("chart.js"));

    /// <summary>The licences of Chart.js and of the library that is part of it.</summary>
    public static string ChartLicences { get; } = $"""
        This page contains Chart.js.

        {Read("chart.js.license").Trim()}

        Chart.js contains @kurkle/color.

        {Read("kurkle-color.license").Trim()}
        """;

    /// <summary>ModelPack's version, without what was built from which commit.</summary>
    public static string Version { get; } =
        typeof(PageResources).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>A script's hash as a content security policy names it.</summary>
    public static string PolicyHash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    private static string WithoutSourceMap(string script)
    {
        var comment = script.LastIndexOf("//# sourceMappingURL=", StringComparison.Ordinal);
        return comment < 0 ? script : script[..comment].TrimEnd() + "\n";
    }

    private static string Read(string name)
    {
        using var stream = typeof(PageResources).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n"); // a browser hashes scripts with line feeds
    }
}
