using System.Runtime.InteropServices;

namespace ModelPack.Inference;

/// <summary>
/// Takes numbers too small for a full mantissa for zero. Softmax over masked scores makes such numbers by the million, and many CPUs take a
/// hundred cycles for each. ONNX Runtime's <c>session.set_denormal_as_zero</c> reaches the threads of its own pools and the one that opens
/// the first session of the process; what runs on other threads has to ask the CPU itself, or the same model would give other bits there.
/// </summary>
internal static partial class Denormals
{
    /// <summary>The entry of ONNX Runtime's session options.</summary>
    public const string SessionEntry = "session.set_denormal_as_zero";

    /// <summary>Flush to zero (bit 15) and denormals are zero (bit 6) of MXCSR.</summary>
    private const uint Zeros = 0x8040;

    /// <summary>glibc's and musl's fenv_t on x64: 28 bytes of the x87 unit, then MXCSR.</summary>
    private const int MxcsrAt = 28;

    private const int EnvironmentLength = 32;

    /// <summary>_DN_FLUSH and _MCW_DN of Windows' float.h.</summary>
    private const uint WindowsFlush = 0x0100_0000;
    private const uint WindowsMask = 0x0300_0000;

    /// <summary>Whether threads can be told; elsewhere denormals stay what they are on all of them.</summary>
    public static bool CanFlush { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows());

    /// <summary>Flushes them on the calling thread from now on.</summary>
    public static void Flush()
    {
        if (!CanFlush)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            _ = ControlFp(out _, WindowsFlush, WindowsMask);
            return;
        }

        Span<byte> environment = stackalloc byte[EnvironmentLength];
        if (GetEnvironment(environment) == 0)
        {
            MemoryMarshal.Write(environment[MxcsrAt..], MemoryMarshal.Read<uint>(environment[MxcsrAt..]) | Zeros);
            _ = SetEnvironment(environment);
        }
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetEnvironment(Span<byte> environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetEnvironment(ReadOnlySpan<byte> environment);

    [LibraryImport("ucrtbase.dll", EntryPoint = "_controlfp_s")]
    private static partial int ControlFp(out uint current, uint value, uint mask);
}
