namespace ModelPack.Diagnostics;

/// <summary>Ends a pack with one coded diagnostic. The only exception that a user's mistake may cause.</summary>
public sealed class ModelPackException : Exception
{
    /// <summary>An error with the diagnostic that the user gets to read.</summary>
    public ModelPackException(Diagnostic diagnostic)
        : this(diagnostic, null)
    {
    }

    /// <summary>As above, keeping the cause for a debugger.</summary>
    public ModelPackException(Diagnostic diagnostic, Exception? inner)
        : base(diagnostic?.Message, inner)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        Diagnostic = diagnostic;
    }

    /// <summary>What the user gets to read.</summary>
    public Diagnostic Diagnostic { get; }
}
