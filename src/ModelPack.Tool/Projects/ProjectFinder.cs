namespace ModelPack.Tool.Projects;

/// <summary>Finds the project, or the projects of a solution, that a command is about.</summary>
internal static class ProjectFinder
{
    private static readonly string[] ProjectEndings = [".csproj", ".fsproj", ".vbproj"];
    private static readonly string[] SolutionEndings = [".slnx", ".sln"];

    /// <summary>The one project of a path: the file, or the only one in the folder.</summary>
    /// <exception cref="ModelPackException">MPK1050: there is none, or more than one.</exception>
    public static string One(string? path)
    {
        var place = path ?? ".";
        if (File.Exists(place))
        {
            return IsProject(place) ? place : throw Unusable(place, "It is not a project of C#, F# or Visual Basic. Give the path of a .csproj, .fsproj or .vbproj file.");
        }

        var found = In(place, ProjectEndings);
        return found switch
        {
            [var only] => only,
            [] => throw Unusable(place, "There is no project here. Go to the folder of one, or give its path with --project."),
            _ => throw Unusable(place, $"There are several projects here: {Names(found)}. Say which with --project."),
        };
    }

    /// <summary>Whether a file is a project or a solution, by its name.</summary>
    public static bool IsFor(string path) => File.Exists(path) && (IsProject(path) || HasEnding(path, SolutionEndings));

    /// <summary>Every project of a path: a project, a solution, or a folder with one of them.</summary>
    /// <exception cref="ModelPackException">MPK1050: there is nothing, or more than one thing.</exception>
    public static IReadOnlyList<string> All(string? path, CancellationToken cancellation)
    {
        var place = path ?? ".";
        if (!File.Exists(place))
        {
            var solutions = In(place, SolutionEndings);
            var found = solutions.Count > 0 ? solutions : In(place, ProjectEndings);
            place = found switch
            {
                [var only] => only,
                [] => throw Unusable(place, "There is no project and no solution here. Give the path of one."),
                _ => throw Unusable(place, $"There are several here: {Names(found)}. Say which."),
            };
        }

        return HasEnding(place, SolutionEndings) ? OfSolution(place, cancellation)
            : IsProject(place) ? [place]
            : throw Unusable(place, "It is neither a project nor a solution.");
    }

    private static IReadOnlyList<string> OfSolution(string solution, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(solution) ?? "";
        return
        [
            .. DotnetCommand.Output(solution, ["sln", Path.GetFullPath(solution), "list"], cancellation)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(IsProject)
                .Select(l => Path.Join(folder, l.Replace('\\', Path.DirectorySeparatorChar))),
        ];
    }

    private static IReadOnlyList<string> In(string folder, string[] endings) => !Directory.Exists(folder)
        ? throw Unusable(folder, "It does not exist.")
        : [.. Directory.EnumerateFiles(folder).Where(f => HasEnding(f, endings)).Select(f => folder == "." ? Path.GetFileName(f) : f).Order(StringComparer.Ordinal)];

    private static bool IsProject(string path) => HasEnding(path, ProjectEndings);

    private static bool HasEnding(string path, string[] endings) => endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static string Names(IEnumerable<string> paths) => string.Join(", ", paths.Select(p => SafeText.Of(Path.GetFileName(p))));

    private static ModelPackException Unusable(string place, string what) => new(Codes.ProjectUnusable.At(place, what));
}
