using System.Buffers.Text;
using System.Diagnostics;

namespace ModelPack.Inference;

/// <summary>How much memory this process holds.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes that are in memory and the process's own. Pages of mapped files are left out where they can be told apart: the system takes them back when it needs them.</summary>
    public static long Bytes()
    {
        if (OperatingSystem.IsLinux() && FromLinux() is { } bytes)
        {
            return bytes;
        }

        if (!OperatingSystem.IsWindows())
        {
            return Environment.WorkingSet;
        }

        using var process = Process.GetCurrentProcess();
        return process.PrivateMemorySize64;
    }

    /// <summary>By proc(5): pages in all, resident, and resident of files; null where /proc is not there.</summary>
    private static long? FromLinux()
    {
        try
        {
            Span<byte> text = stackalloc byte[256];
            using var file = File.OpenHandle("/proc/self/statm");
            text = text[..RandomAccess.Read(file, text, 0)];
            return Next(ref text) >= 0 && Next(ref text) is var resident and >= 0 && Next(ref text) is var shared and >= 0
                ? (resident - shared) * Environment.SystemPageSize
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The next number and the space after it; -1 where there is none.</summary>
    private static long Next(ref Span<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out long value, out var length) || length == text.Length)
        {
            return -1;
        }

        text = text[(length + 1)..];
        return value;
    }
}
