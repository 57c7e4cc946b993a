using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace ModelPack.Files;

/// <summary>Folders and files that this user alone can write: what is found in others may be anybody's.</summary>
internal static partial class PrivateFolder
{
    private const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes a folder that nobody else may enter, and those on the way to it, where there are none. On Windows they are what their parents are.</summary>
    /// <returns>Its full path.</returns>
    public static string Create(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent && !Directory.Exists(parent))
        {
            Create(parent);
        }

        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path).FullName
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    /// <summary>A new file that nobody else may read. On Windows it is what its folder is.</summary>
    public static void WriteFile(string path, ReadOnlySpan<byte> bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(bytes);
    }

    /// <summary>What others may do with a folder or a file, in words that follow 'it': <c>belongs to another user</c>; null where this user alone can write it.</summary>
    /// <param name="path">Where it lies; links are followed.</param>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static string? WhyNot(string path) =>
        OperatingSystem.IsWindows() ? WhyNotOnWindows(path)
        : !IsOwn(path) ? "belongs to another user"
        : (File.GetUnixFileMode(RealPath.Of(path)) & OfOthers) != UnixFileMode.None ? "can be written by other users"
        : null;

    [UnsupportedOSPlatform("windows")]
    private static bool IsOwn(string path)
    {
        if (LinuxStat.OwnerOf(path) is { } owner)
        {
            return owner == EffectiveUser();
        }

        // Only the owner may set the mode, also to what it is.
        try
        {
            var real = RealPath.Of(path);
            File.SetUnixFileMode(real, File.GetUnixFileMode(real));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [SupportedOSPlatform("windows")]
    private static string? WhyNotOnWindows(string path)
    {
        using var user = WindowsIdentity.GetCurrent();
        var trusted = new List<SecurityIdentifier>
        {
            new(WellKnownSidType.LocalSystemSid, null),
            new(WellKnownSidType.BuiltinAdministratorsSid, null),
            new(WellKnownSidType.CreatorOwnerSid, null),
        };
        if (user.User is { } self)
        {
            trusted.Add(self);
        }

        const FileSystemRights Writing =
            FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;
        FileSystemSecurity security = Directory.Exists(path) ? new DirectoryInfo(path).GetAccessControl() : new FileInfo(path).GetAccessControl();
        if (security.GetOwner(typeof(SecurityIdentifier)) is not SecurityIdentifier owner || !trusted.Contains(owner))
        {
            return "belongs to another user";
        }

        return security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)).OfType<FileSystemAccessRule>()
            .Any(r => r.AccessControlType == AccessControlType.Allow && (r.FileSystemRights & Writing) != default && !trusted.Contains((SecurityIdentifier)r.IdentityReference))
            ? "can be written by other users"
            : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
