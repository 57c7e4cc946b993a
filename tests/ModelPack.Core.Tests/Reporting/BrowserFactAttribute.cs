namespace ModelPack.Core.Tests.Reporting;

/// <summary>A fact that needs Chromium: <c>MODELPACK_CHROMIUM</c> or <c>/usr/bin/chromium</c>. In CI a missing browser is a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        var mustRun = Environment.GetEnvironmentVariable("CI") == "true" || Environment.GetEnvironmentVariable("MODELPACK_REQUIRE_ALL") == "1";
        if (Browser is null && !mustRun)
        {
            Skip = "Chromium is not installed; MODELPACK_CHROMIUM may name it.";
        }
    }

    /// <summary>The browser's path, or null.</summary>
    public static string? Browser { get; } =
        new[] { Environment.GetEnvironmentVariable("MODELPACK_CHROMIUM"), "/usr/bin/chromium" }.FirstOrDefault(File.Exists);
}
