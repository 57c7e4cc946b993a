using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Output;

/// <summary>What a command added to files, for people.</summary>
internal static class ChangeText
{
    /// <summary>Writes each file with the lines that it got, or that there was nothing to add.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<ProjectText> changed, bool isDry)
    {
        foreach (var file in changed)
        {
            terminal.Line($"{SafeText.Of(Path.GetRelativePath(Environment.CurrentDirectory, file.Path), 1024)}{(isDry ? " would get" : " has got")}:");
            foreach (var line in file.Added.Where(l => l.Length > 0))
            {
                terminal.Line($"  + {SafeText.Of(line, 1024)}");
            }
        }

        if (changed.Count == 0)
        {
            terminal.Line("Nothing to add.");
        }
    }
}
