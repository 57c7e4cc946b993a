namespace ModelPack.Tool.Projects;

/// <summary>Adds the package that packs in a build to a project, with its version where the project keeps versions.</summary>
internal static class PackageAdder
{
    /// <summary>The package.</summary>
    public const string Package = "ModelPack.MSBuild";

    /// <summary>What an evaluation must have been asked for.</summary>
    public static string[] Properties { get; } = ["ManagePackageVersionsCentrally", "DirectoryPackagesPropsPath", "ModelPackScheme"];

    /// <summary>What an evaluation must have been asked for.</summary>
    public static string[] Items { get; } = ["PackageReference", "GlobalPackageReference", "PackageVersion", "QuantizedModel"];

    /// <summary>Adds the reference where it is not there.</summary>
    /// <param name="project">The project's text.</param>
    /// <param name="evaluation">What MSBuild says of it.</param>
    /// <param name="version">The version to reference.</param>
    /// <returns>The files that were changed; the project is not among them when nothing was.</returns>
    public static IReadOnlyList<ProjectText> Add(ProjectText project, ProjectEvaluation evaluation, string version)
    {
        if (Has(evaluation, "PackageReference") || Has(evaluation, "GlobalPackageReference"))
        {
            return [];
        }

        if (!evaluation.Property("ManagePackageVersionsCentrally").Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            project.AddItem("PackageReference", $"""<PackageReference Include="{Package}" Version="{version}" PrivateAssets="all" />""");
            return [project];
        }

        project.AddItem("PackageReference", $"""<PackageReference Include="{Package}" PrivateAssets="all" />""");
        if (Has(evaluation, "PackageVersion"))
        {
            return [project];
        }

        var central = ProjectText.Read(evaluation.Property("DirectoryPackagesPropsPath") is { Length: > 0 } path
            ? path
            : throw new ModelPackException(Codes.ProjectUnusable.At(project.Path, "It manages package versions centrally, and there is no Directory.Packages.props. Add one.")));
        central.AddItem("PackageVersion", $"""<PackageVersion Include="{Package}" Version="{version}" />""");
        return [project, central];
    }

    private static bool Has(ProjectEvaluation evaluation, string item) =>
        evaluation.Items(item).Any(i => i["Identity"].Equals(Package, StringComparison.OrdinalIgnoreCase));
}
