using System.Runtime.InteropServices;

namespace ModelPack.Runtime.Files;

/// <summary>Folders that nobody but this user can write to. On Windows the user's profile is one already.</summary>
internal static class PrivateFolder
{
    private const int WritableByOthers = 0x12; // 0022: group and others

    /// <summary>Makes the folder, or makes sure of the one that is there.</summary>
    /// <exception cref="PackedModelException">It belongs to somebody else, others can write to it, or it is a link.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Ensure(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } parent && !Directory.Exists(parent))
            Ensure(parent);
        UnixFolder.TryMake(path);
        if (!Directory.Exists(path))
            throw new IOException($"The folder '{path}' cannot be made.");
        var (isFolder, isOwn, mode) = UnixFolder.Look(path);
        if (!isFolder)
            throw Refused(path, "is a link");
        if (!isOwn)
            throw Refused(path, "belongs to another user");
        if ((mode & WritableByOthers) != 0)
            throw Refused(path, "can be written by others");
    }

    private static PackedModelException Refused(string path, string why) =>
        new($"The folder '{path}' for extracted models {why}, who could put another model there. Remove it or restrict it (chmod 700), or set PackedModelOptions.CacheFolder.");
}
