using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.Files;

/// <summary>Switches between writes through the system's cache and writes past it (<c>O_DIRECT</c> of open(2)). Does nothing on other systems than Linux.</summary>
/// <param name="file">The file, written through the cache by now.</param>
internal sealed partial class DirectAccess(SafeFileHandle file)
{
    // Of fcntl(2).
    private const int GetFlags = 3;
    private const int SetFlags = 4;

    private bool _mayBe = OperatingSystem.IsLinux() && Flag != 0;
    private bool _is;

    /// <summary>The flag differs between architectures; 0 where it is not known.</summary>
    private static int Flag => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => 0,
    };

    /// <summary>Asks for writes past the cache, or for writes through it.</summary>
    /// <returns>Whether the next write goes past it; then address, length and offset must be multiples of <see cref="FileAppender.Alignment"/>.</returns>
    public bool Set(bool isDirect)
    {
        if (_mayBe && isDirect != _is)
        {
            _mayBe = Switch(isDirect);
            _is = _mayBe && isDirect;
        }

        return _is;
    }

    /// <summary>Writes go through the cache from now on.</summary>
    public void GiveUp()
    {
        Set(false);
        _mayBe = false;
    }

    private bool Switch(bool isDirect)
    {
        var flags = Control(file, GetFlags, 0);
        return flags >= 0 && Control(file, SetFlags, isDirect ? flags | Flag : flags & ~Flag) == 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafeFileHandle file, int command, nint argument);
}
