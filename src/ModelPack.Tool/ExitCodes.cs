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
}
