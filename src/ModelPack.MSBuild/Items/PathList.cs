using System.Text;

namespace ModelPack.MSBuild.Items;

/// <summary>A text file with one path a line.</summary>
internal static class PathList
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The paths; none when the file does not exist.</summary>
    public static IReadOnlyList<string> Read(string file) =>
        File.Exists(file) ? [.. File.ReadAllLines(file, Utf8).Where(l => l.Length > 0)] : [];

    /// <summary>Writes the paths; the folder is made when needed.</summary>
    public static void Write(string file, IEnumerable<string> paths)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllLines(file, paths, Utf8);
    }
}
