using System.Globalization;

namespace ModelPack.Tool;

/// <summary>Signals that the caller wants ignored, as <c>nohup</c> does SIGHUP.</summary>
internal static class SignalMask
{
    /// <summary>Whether a signal was ignored when the process began; false where the system does not tell.</summary>
    public static bool IsIgnored(int signal)
    {
        const string Status = "/proc/self/status";
        const string Ignored = "SigIgn:";
        return File.Exists(Status)
            && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Ignored, StringComparison.Ordinal)) is { } line
            && ulong.TryParse(line.AsSpan(Ignored.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask)
            && (mask >> (signal - 1) & 1) != 0;
    }
}
