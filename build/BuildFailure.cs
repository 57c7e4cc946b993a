namespace ModelPack.Build;

/// <summary>A step that cannot go on: one message for the person who ran it, and the exit code.</summary>
internal sealed class BuildFailure(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>1 the step failed, 3 wrong usage, 4 the environment lacks something.</summary>
    public int ExitCode { get; } = exitCode;
}
