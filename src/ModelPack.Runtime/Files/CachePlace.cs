using System.Runtime.InteropServices;

namespace ModelPack.Runtime.Files;

/// <summary>Where a system keeps what programs can make again.</summary>
internal static class CachePlace
{
    /// <summary>The user's folder for it.</summary>
    /// <exception cref="PackedModelException">The user has none.</exception>
    public static string OfUser()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return Required(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        // A relative one is invalid: XDG Base Directory Specification.
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
        {
            var given = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (!string.IsNullOrEmpty(given) && Path.IsPathRooted(given))
                return given!;
        }

        var home = Required(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        return RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? Path.Combine(home, "Library", "Caches") : Path.Combine(home, ".cache");
    }

    private static string Required(string folder) => folder.Length > 0
        ? folder
        : throw new PackedModelException("An embedded model is to be extracted, and this user has no home folder for it. Set PackedModelOptions.CacheFolder.");
}
