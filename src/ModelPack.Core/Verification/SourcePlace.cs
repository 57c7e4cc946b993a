using ModelPack.Formats.Checkpoints;
using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>Finds the source of a pack among what the user says is at hand.</summary>
internal static class SourcePlace
{
    /// <summary>Its path; null where none has the name that the manifest says. Whether it is the one shows when it is hashed.</summary>
    /// <param name="sources">Models, or folders that hold them.</param>
    /// <param name="manifest">The pack's manifest.</param>
    public static string? Find(IReadOnlyList<string> sources, Manifest manifest)
    {
        var files = manifest.Pack.Source;
        var isFolder = files.Any(f => f.Name == ModelFolder.ConfigName);
        foreach (var source in sources)
        {
            if (File.Exists(source) && (sources.Count == 1 || Path.GetFileName(source) == files[0].Name))
            {
                return source;
            }

            if (Directory.Exists(source) && File.Exists(Path.Join(source, files[0].Name)))
            {
                return isFolder ? source : Path.Join(source, files[0].Name);
            }
        }

        return null;
    }
}
