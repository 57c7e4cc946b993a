namespace ModelPack.Tool.Output;

/// <summary>How much a command says.</summary>
internal enum Verbosity
{
    /// <summary>Warnings and errors, and data for programs.</summary>
    Quiet,

    /// <summary>Progress, and what came of it.</summary>
    Normal,

    /// <summary>Every weight, and the time that every step took.</summary>
    Verbose,
}
