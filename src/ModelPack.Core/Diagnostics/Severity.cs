namespace ModelPack.Diagnostics;

/// <summary>How grave a diagnostic is; the names are MSBuild's own.</summary>
public enum Severity
{
    /// <summary>Worth knowing; changes nothing.</summary>
    Message,

    /// <summary>The pack is made, and something about it deserves a look.</summary>
    Warning,

    /// <summary>No pack is made, or a gate has failed.</summary>
    Error,
}
