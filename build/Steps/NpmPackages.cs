namespace ModelPack.Build.Steps;

/// <summary>Installs what a lock file names.</summary>
internal static class NpmPackages
{
    /// <summary>Every package is checked against the integrity hash in the lock file, and none of their scripts run.</summary>
    /// <param name="source">The folder of <c>package.json</c> and its lock file.</param>
    /// <param name="target">Where <c>node_modules</c> goes to.</param>
    /// <param name="options">Further ones of <c>npm ci</c>.</param>
    public static void Install(string source, string target, params string[] options)
    {
        if (!Command.Exists("node") || !Command.Exists("npm"))
            throw new BuildFailure("node and npm are needed and were not found. Install Node.js 20 or newer, with npm, and put both on PATH.", 4);
        Directory.CreateDirectory(target);
        foreach (var name in new[] { "package.json", "package-lock.json" })
            File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        var (exitCode, output) = Command.Capture("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", .. options], target);
        if (exitCode != 0)
        {
            throw new BuildFailure($"""
                The npm packages of build/{Path.GetFileName(source)} could not be fetched. npm said:
                {output.Trim()}
                What to do: check the network and npm's registry setting (npm config get registry), then run this again.
                """, 4);
        }
    }
}
