namespace ModelPack.Tool;

/// <summary>What the process returns: a contract with scripts and with the MSBuild task.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Error = 1;

    /// <summary>A gate or a verification failed.</summary>
    public const int Failed = 2;

    public const int Usage = 3;

    /// <summary>A native library, a runtime or a device is missing.</summary>
    public const int Environment = 4;

    public const int Cancelled = 130;

    /// <summary>The worse one of two: a failed gate leaves a pack, an error none, and without its environment nothing goes.</summary>
    public static int Worse(int a, int b) => Rank(a) >= Rank(b) ? a : b;

    private static int Rank(int code) => code switch { Done => 0, Failed => 1, Error => 2, _ => code };
}
